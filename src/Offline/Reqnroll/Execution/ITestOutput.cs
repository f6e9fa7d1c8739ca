using NUnit.Framework;

namespace Reqnroll.Offline.Execution;

/// <summary>Where the output of the running test goes.</summary>
internal interface ITestOutput
{
    /// <summary>Adds a line.</summary>
    void WriteLine(string text);

    /// <summary>Adds a file.</summary>
    void AddAttachment(string path);
}

/// <summary>The output of the running NUnit test.</summary>
internal sealed class NUnitOutput : ITestOutput
{
    public void WriteLine(string text) => TestContext.Out.WriteLine(text);

    public void AddAttachment(string path) => TestContext.AddTestAttachment(path);
}
