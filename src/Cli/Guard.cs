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
            return Say(error, "interrupted; what it had begun is taken back.", ExitCode.Interrupted);
        }
        catch (IOException wrong)
        {
            return Say(
                error,
                $"reading or writing failed: {wrong.Message.TrimEnd('.')}; see that the disk has room and the file is still there.",
                ExitCode.BadInput);
        }
        catch (Exception fault)
        {
            return Say(
                error,
                $"a fault of Hooktrail itself, {fault.GetType().Name} in {Place(fault)}: {fault.Message.TrimEnd('.')}; please report it as an issue, with this line and the command.",
                ExitCode.Fault);
        }
    }

    /// <summary>The innermost method of Hooktrail's own code: the framework's would not help.</summary>
    private static string Place(Exception fault) =>
        new StackTrace(fault).GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method => method?.DeclaringType?.Namespace?.StartsWith(nameof(Hooktrail), StringComparison.Ordinal) == true)
            .Select(method => $"{method!.DeclaringType!.FullName}.{method.Name}")
            .FirstOrDefault("an unknown place");

    private static int Say(TextWriter error, string sentence, int exitCode)
    {
        error.WriteLine($"specs: {PlainText.Of(sentence.ReplaceLineEndings(" "))}");
        return exitCode;
    }
}
