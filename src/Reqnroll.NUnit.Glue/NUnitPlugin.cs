using Hooktrail.Fixtures;
using NUnit.Framework;
using Reqnroll;
using Reqnroll.Infrastructure;
using Reqnroll.Plugins;
using Reqnroll.Tracing;
using Reqnroll.UnitTestProvider;

[assembly: RuntimePlugin(typeof(NUnitPlugin))]

namespace Hooktrail.Fixtures;

/// <summary>Gives Reqnroll NUnit's outcomes, output and attachments.</summary>
public sealed class NUnitPlugin : IRuntimePlugin
{
    private const string Name = "nunit";

    public void Initialize(
        RuntimePluginEvents events, RuntimePluginParameters parameters, UnitTestProviderConfiguration unitTests)
    {
        unitTests.UseUnitTestProvider(Name);
        events.RegisterGlobalDependencies += (_, e) =>
            e.ObjectContainer.RegisterTypeAs<Outcomes, IUnitTestRuntimeProvider>(Name);
        events.CustomizeTestThreadDependencies += (_, e) =>
        {
            e.ObjectContainer.RegisterTypeAs<Output, ITraceListener>();
            e.ObjectContainer.RegisterTypeAs<Attachments, IReqnrollAttachmentHandler>();
        };
    }

    private sealed class Outcomes : IUnitTestRuntimeProvider
    {
        public void TestPending(string message) => TestInconclusive(message);

        public void TestInconclusive(string message) => Assert.Inconclusive(message);

        public void TestIgnore(string message) => Assert.Ignore(message);

        public ScenarioExecutionStatus? DetectExecutionStatus(Exception exception) =>
            exception is IgnoreException or InconclusiveException ? ScenarioExecutionStatus.Skipped : null;
    }

    private sealed class Output : ITraceListener, IThreadSafeTraceListener
    {
        public void WriteTestOutput(string message) => TestContext.Out.WriteLine(message);

        public void WriteToolOutput(string message) => TestContext.Out.WriteLine($"-> {message}");
    }

    private sealed class Attachments : IReqnrollAttachmentHandler
    {
        public void AddAttachment(string filePath) => TestContext.AddTestAttachment(filePath);
    }
}
