using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Kernels.Machine;

/// <summary>
/// Finds out whether a kernel boots under KVM by booting it. No smaller test proves that: inside a virtual machine,
/// /dev/kvm may open and an empty QEMU machine may start, and still QEMU aborts at <c>-cpu host</c>, or KVM fails at an
/// instruction of the kernel's decompressor (measured, 2026-11-29). The kernel's folder keeps the result.
/// </summary>
/// <remarks>The emulator is QEMU, by name or path; root is the parent of this machine's /dev, /proc and /sys.</remarks>
internal sealed class KvmTrial(string emulator, string root)
{
    /// <summary>The time limit for a boot; under KVM a boot takes a second.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Why the kernel does not boot under KVM; null if it does.</summary>
    /// <exception cref="HooktrailException">There is no QEMU here.</exception>
    public async Task<string?> FailureAsync(Kernel kernel, CancellationToken cancellation)
    {
        var qemu = Tool.Find(emulator) ?? throw new HooktrailException(
            $"The program {emulator}, which runs guests, is missing: install it (Debian, Ubuntu: qemu-system-x86).");
        if (Refusal() is { } refusal)
            return refusal;
        var note = new Note(Path.Combine(kernel.Folder, "kvm"), Subject(qemu));
        if (note.Read() is { } earlier)
            return earlier.Length == 0 ? null : $"{earlier}, as found earlier";
        try
        {
            var guest = new GuestMachine(kernel, Backend.Nft, "") { Accelerator = Accelerator.Kvm, Emulator = qemu };
            await Guest.TryAsync(guest, Limit, cancellation).ConfigureAwait(false);
            note.Write("");
            return null;
        }
        catch (GuestLostException lost)
        {
            var failure = $"a trial boot by KVM {lost.What}";
            // Other failures may go away although the machine stays the same: a lack of memory, a busy processor, a
            // kill, another hypervisor that holds the processor.
            if (lost.ProcessorFailed)
                note.Write(failure);
            return failure;
        }
    }

    private string? Refusal()
    {
        try
        {
            var device = Path.Combine(root, "dev/kvm");
            File.Open(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "there is no /dev/kvm here";
        }
        catch (UnauthorizedAccessException)
        {
            return "this user has no permission for /dev/kvm (usually its group has)";
        }
        catch (IOException e)
        {
            return $"/dev/kvm cannot be opened ({e.Message.TrimEnd('.')})";
        }
    }

    /// <summary>
    /// The conditions under which a result holds: this boot of this machine (a virtual machine that is moved or
    /// restored keeps its boot), its kernel, its processor, the parameters of KVM, and QEMU.
    /// </summary>
    private string Subject(string qemu)
    {
        var file = new FileInfo(File.ResolveLinkTarget(qemu, returnFinalTarget: true)?.FullName ?? qemu);
        string[] machine = ["proc/sys/kernel/random/boot_id", "proc/version", "proc/cpuinfo"];
        string[] parts =
        [
            .. machine.Select(name => Path.Combine(root, name)).Concat(Parameters()).Select(Text),
            string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    private IEnumerable<string> Parameters() =>
        new[] { "kvm", "kvm_intel", "kvm_amd" }
            .Select(module => Path.Combine(root, "sys/module", module, "parameters"))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetFiles)
            .Order(StringComparer.Ordinal);

    private static string Text(string file)
    {
        try
        {
            // A processor's clock rate changes constantly.
            var lines = File.ReadLines(file).Where(line => !line.StartsWith("cpu MHz", StringComparison.Ordinal));
            return string.Join('\n', lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // this user cannot read it
        }
    }

    /// <summary>A kept result: one line with the conditions, then the failure; empty if the kernel boots.</summary>
    private sealed record Note(string Path, string Subject)
    {
        private string Head => Subject + '\n';

        public string? Read()
        {
            try
            {
                var text = File.ReadAllText(Path);
                return text.StartsWith(Head, StringComparison.Ordinal) ? text[Head.Length..] : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        public void Write(string failure)
        {
            try
            {
                var making = KernelsCache.MakingOf(Path);
                File.WriteAllText(making, Head + failure);
                File.Move(making, Path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The note could not be written; the next run tries again.
            }
        }
    }
}
