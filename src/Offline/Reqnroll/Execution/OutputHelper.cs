using Reqnroll.Offline.Messages;

namespace Reqnroll.Offline.Execution;

/// <summary>Text and files of steps and hooks, given to the test engine and to the messages.</summary>
internal sealed class OutputHelper(ITestOutput output, RunMessages messages) : IReqnrollOutputHelper
{
    public void WriteLine(string message)
    {
        messages.Log(message);
        output.WriteLine(message);
    }

    public void WriteLine(string format, params object[] args) => WriteLine(string.Format(format, args));

    public void AddAttachment(string filePath)
    {
        string path = Path.GetFullPath(filePath);
        if (!File.Exists(path))
            throw new ReqnrollException($"The attachment {path} does not exist.");
        messages.Attach(path);
        output.AddAttachment(path);
    }
}
