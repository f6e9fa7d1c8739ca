using System.Diagnostics;

namespace Hooktrail.Kernels.Machine;

/// <summary>What runs a guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>The processor itself.</summary>
    Kvm,

    /// <summary>QEMU's translation: works everywhere, some ten times slower.</summary>
    Tcg,
}

/// <summary>Finds out which one works here.</summary>
public static class Accelerators
{
    /// <summary>Its name for people.</summary>
    public static string Name(this Accelerator accelerator) => accelerator == Accelerator.Kvm ? "KVM" : "TCG";

    /// <summary>KVM where a machine without anything in it starts with it; else TCG. That /dev/kvm is there does not yet mean that it works.</summary>
    public static async Task<Accelerator> FindAsync(CancellationToken cancellation)
    {
        if (!File.Exists("/dev/kvm"))
            return Accelerator.Tcg;
        var start = new ProcessStartInfo(QemuCommand.Program, ["-M", "none", "-accel", "kvm", "-nodefaults", "-display", "none", "-monitor", "stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync("quit").ConfigureAwait(false);
        process.StandardInput.Close();
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation), process.WaitForExitAsync(cancellation))
            .ConfigureAwait(false);
        return process.ExitCode == 0 ? Accelerator.Kvm : Accelerator.Tcg;
    }
}
