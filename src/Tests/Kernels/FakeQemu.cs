using Hooktrail.Kernels;
using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>
/// A script in QEMU's place, with a machine of files around it, and a kernel's folder. TCG boots, and an empty machine
/// always starts.
/// </summary>
internal sealed class FakeQemu : IDisposable
{
    /// <summary>A guest's console when all goes well.</summary>
    public const string Boots = """
        printf '%s\n' "hooktrail: booted 6.1" "hooktrail: engine Docker version 26"
        read -r line
        """;

    /// <summary>QEMU's check fails, as seen with <c>-cpu host</c>.</summary>
    public const string Aborts = """
        echo "qemu-system-x86_64: warning: host doesn't support requested feature" >&2
        echo "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69" >&2
        kill -ABRT $$
        """;

    /// <summary>KVM gives up, and QEMU stays alive with a dead guest, as seen with another processor.</summary>
    public const string Stops = """
        printf '%s\n' "KVM internal error. Suberror: 1" "extra data[0]: 0x1" "emulation failure" "RAX=1 RBX=2" >&2
        exec sleep 1000
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooktrail-");

    /// <param name="byKvm">A shell script: what a guest does by KVM.</param>
    public FakeQemu(string byKvm)
    {
        foreach (var (name, text) in new[]
        {
            ("dev/kvm", ""),
            ("proc/version", "Linux version 6.18"),
            ("proc/sys/kernel/random/boot_id", "1d936c55"),
            ("proc/cpuinfo", "model name\t: AMD EPYC\ncpu MHz\t\t: 2445.428\n"),
            ("sys/module/kvm/parameters/ignore_msrs", "N"),
        })
            Write(name, text);
        Directory.CreateDirectory(Kernel.Folder);
        Install(byKvm);
    }

    public string Root => _folder.FullName;

    public string Program => Path.Combine(Root, QemuCommand.Program);

    public string Log => Path.Combine(Root, "console.log");

    public Kernel Kernel => new("6.1", "6.1.176-1 (bookworm)", Path.Combine(Root, "kernel"), "/cache/6.1/initramfs");

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a guest was tried.</summary>
    public int Calls => File.Exists($"{Program}.calls") ? File.ReadAllLines($"{Program}.calls").Length : 0;

    public void Install(string byKvm)
    {
        File.WriteAllText(Program, $"""
            #!/bin/bash
            [[ " $* " != *" -M none "* ]] || exit 0
            echo call >>"$0.calls"
            if [[ " $* " = *" -accel kvm -cpu host "* ]]; then
            {byKvm}
            else
            {Boots}
            fi
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Changes a file of the machine, by its path below /.</summary>
    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, name))!);
        File.WriteAllText(Path.Combine(Root, name), text);
    }

    public GuestMachine Machine(Accelerator accelerator) =>
        new(Kernel, Backend.Nft, "/disk.ext4") { Accelerator = accelerator, Emulator = Program };

    public Task<AcceleratorChoice> ChooseAsync(CancellationToken cancel, Accelerator? asked = null) =>
        Accelerators.ChooseAsync(Kernel, asked, new KvmTrial(Program, Root) { Limit = Limit }, cancel);

    public void Dispose() => _folder.Delete(recursive: true);
}
