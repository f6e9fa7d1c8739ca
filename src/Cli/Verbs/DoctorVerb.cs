using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Selection;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>doctor</c>: reports which labs this host can have, and what it lacks.</summary>
internal static class DoctorVerb
{
    public static Verb Create()
    {
        var verb = new Verb(
            "doctor",
            "Prints what this host can and cannot do, and the effect of each limitation.",
            """
            It checks the Engine, a probe container in the host's network namespace, and a private network namespace created as this user. It changes
            nothing. The exit code is 0 even if something is missing.
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        await PrintAsync("The Docker lab", await Examination.OfHostAsync(LabImage.TryReference(), cancellation));
        await Terminal.Out.WriteLineAsync();
        await PrintAsync("The namespace lab", await OfNamespacesAsync(cancellation));
        return ExitCode.Done;
    }

    // Beside an Engine on another kernel, private hosts run in its container.
    private static async Task<ImmutableArray<ExaminationFinding>> OfNamespacesAsync(CancellationToken cancellation)
    {
        await using var hosts = new PrivateHosts(besideEngine: true);
        try
        {
            return await NamespaceExamination.OfAsync(await hosts.MachineAsync(cancellation), cancellation);
        }
        catch (HooktrailException lack)
        {
            return [new("private namespaces", "no", lack.Message)];
        }
    }

    private static async Task PrintAsync(string title, IEnumerable<ExaminationFinding> findings)
    {
        await Terminal.Out.WriteLineAsync(title);
        foreach (var finding in findings)
            await Terminal.Out.WriteLineAsync(
                PlainText.Of(
                    $"{(finding.Consequence is null ? "ok  " : "LACK")}  {finding.What + ":",-22} {finding.Found}")
                + (finding.Consequence is null ? "" : $"\n      {"",-22} → {PlainText.Of(finding.Consequence)}"));
    }
}
