using System.Diagnostics;
using Hooktrail.Text;

namespace Hooktrail.Cli;

/// <summary>Turns every failure into one sentence and an exit code, never a stack trace.</summary>
internal static class Guard
{
    public static async Task<int> Run(Func<Task<int>> run, TextWriter error)
    {
        try
        {
            return await run();
        }
        catch (HooktrailException wrong)
        {
            return Say(error, wrong.Message, ExitCode.BadInput);
        }
        catch (OperationCanceledException)
        {
            return Say(error, "interrupted; all changes to the host are undone.", ExitCode.Interrupted);
        }
        catch (IOException wrong)
        {
            return Say(
                error,
                $"reading or writing failed: {wrong.Message.TrimEnd('.')}; check that the disk has space and the file still exists.",
                ExitCode.BadInput);
        }
        catch (Exception fault)
        {
            return Say(
                error,
                $"bug in Hooktrail, {fault.GetType().Name} in {Place(fault)}: {fault.Message.TrimEnd('.')}; please report it as an issue, with this line and the command.",
                ExitCode.Fault);
        }
    }

    /// <summary>The innermost method of Hooktrail's own code: the framework's would not help.</summary>
    private static string Place(Exception fault) =>
        new StackTrace(fault).GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method =>
                method?.DeclaringType?.Namespace?.StartsWith(nameof(Hooktrail), StringComparison.Ordinal) == true)
            .Select(method => $"{method!.DeclaringType!.FullName}.{method.Name}")
            .FirstOrDefault("an unknown place");

    private static int Say(TextWriter error, string sentence, int exitCode)
    {
        error.WriteLine($"{CommandName.Short}: {PlainText.Of(CommandName.In(sentence).ReplaceLineEndings(" "))}");
        return exitCode;
    }
}
