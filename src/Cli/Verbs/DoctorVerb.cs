using Hooktrail.Docker.Lab;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>doctor</c>: what this host can and cannot do.</summary>
internal static class DoctorVerb
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "doctor",
            "Prints what this host can and cannot do, each lack with its consequence.",
            """
            Asks the Engine, and a probe container in the host's network namespace; changes nothing. A lack does not make the
            exit code other than 0.
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        foreach (var finding in await Examination.OfHostAsync(LabImage.TryReference(), cancellation))
            await Console.Out.WriteLineAsync(
                $"{(finding.Consequence is null ? "ok  " : "LACK")}  {finding.What + ":",-22} {finding.Found}"
                + (finding.Consequence is null ? "" : $"\n      {"",-22} → {finding.Consequence}"));
        return ExitCode.Done;
    }
}
