using Hooktrail.Observation.Nflog;

namespace Hooktrail.Labs;

/// <summary>Why a lab cannot watch as it was asked to, in one sentence.</summary>
public static class ObserverChoice
{
    public const string NoLog =
        "The kernel log does not show packets of other network namespaces, so LOG cannot observe the namespace lab; use --observer nflog or trace, or --lab docker.";

    /// <exception cref="CannotSendException">The kernel's trace is not read on such a kernel.</exception>
    public static void CheckTrace(KernelVersion kernel)
    {
        if (kernel < TraceSwitch.First)
            throw new CannotSendException(
                $"The kernel's trace is read from Linux {TraceSwitch.First} on, and this host has {kernel}; use --observer nflog.");
    }

    /// <exception cref="HooktrailException">The lab lacks one of the observers.</exception>
    public static void Check(LabKind lab, Observers? wanted)
    {
        if (lab == LabKind.Namespaces && wanted?.HasFlag(Observers.Log) == true)
            throw new HooktrailException(NoLog);
    }
}
