namespace Hooktrail.Kernels.Machine;

/// <remarks>Why completes a sentence, such as <c>because there is no /dev/kvm here</c>.</remarks>
public sealed record AcceleratorChoice(Accelerator Accelerator, string Why)
{
    public override string ToString() =>
        $"{(Accelerator == Accelerator.Kvm ? "KVM" : "TCG, about ten times slower than KVM")}, {Why}";
}

public static class Accelerators
{
    /// <summary>The user's choice without a trial: <c>kvm</c> or <c>tcg</c>.</summary>
    public const string Variable = "SPECS_ACCELERATOR";

    /// <summary>Null where the user chose none.</summary>
    /// <exception cref="HooktrailException">The variable names no accelerator.</exception>
    public static Accelerator? Asked() => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The user's choice, else KVM where it boots this kernel, else TCG.</summary>
    /// <exception cref="HooktrailException">There is no QEMU here, or the variable names no accelerator.</exception>
    public static Task<AcceleratorChoice> ChooseAsync(Kernel kernel, CancellationToken cancellation) =>
        ChooseAsync(kernel, Asked(), new(QemuCommand.Program, "/"), cancellation);

    internal static async Task<AcceleratorChoice> ChooseAsync(
        Kernel kernel, Accelerator? asked, KvmTrial trial, CancellationToken cancellation)
    {
        if (asked is { } chosen)
            return new(chosen, $"because {Variable} is set");
        return await trial.FailureAsync(kernel, cancellation).ConfigureAwait(false) is { } failure
            ? new(Accelerator.Tcg, $"because {failure}")
            : new(Accelerator.Kvm, "because a trial boot succeeded");
    }

    internal static Accelerator? Parse(string? value) => value switch
    {
        null or "" => null,
        "kvm" => Accelerator.Kvm,
        "tcg" => Accelerator.Tcg,
        _ => throw new HooktrailException(
            $"{Variable} is \"{value}\", but an accelerator is kvm or tcg; unset it to use KVM where it works."),
    };
}
