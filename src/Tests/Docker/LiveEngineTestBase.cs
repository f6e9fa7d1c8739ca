using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;

namespace Hooktrail.Tests.Docker;

/// <summary>For tests that need a real Engine and the lab's image.</summary>
public abstract class LiveEngineTestBase
{
    protected ContainerEngine Engine { get; private set; } = null!;

    protected string Image { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        Engine = await LiveEngine.ConnectAsync();
        Image = LiveEngine.OrSkip(
            LabImage.TryReference(), "The lab's image has not been built yet; run ./specs prepare.");
    }

    [OneTimeTearDown]
    public async Task DisconnectAsync()
    {
        if (Engine is not null)
            await Engine.DisposeAsync();
    }
}
