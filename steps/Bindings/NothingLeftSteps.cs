using System.Diagnostics;
using System.Reflection;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Observation;
using Hooktrail.Specs.Run;
using Hooktrail.Stations;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>The suite leaves its host as it was.</summary>
[Binding]
public sealed class NothingLeftSteps(FlowUnderTest flow)
{
    // A lab starts within 20 seconds on two idle processors; a longer wait ends with an error.
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromMinutes(3));

    private HostSnapshot? _before;
    private IAsyncDisposable? _disturbance;
    private Process? _otherLab;
    private string? _otherRun;

    /// <summary>Remembers the host before the scenario changes anything.</summary>
    [BeforeScenario("@nothing-left")]
    public async Task RememberAsync() => _before = await (await SpecsRun.Current.DockerLabAsync()).SnapshotAsync();

    [AfterScenario("@nothing-left")]
    public async Task EndOthersAsync()
    {
        if (_disturbance is not null)
            await _disturbance.DisposeAsync();
        if (_otherLab is { HasExited: false })
            await EndLabAsync();
        _otherLab?.Dispose();
    }

    /// <summary>
    /// Starts the lab in another process. With one container it already has one of
    /// everything that a lab adds to its host.
    /// </summary>
    [Given("another lab with {endpoint} is up")]
    public async Task GivenLabAsync(Endpoint container)
    {
        var cli = typeof(NothingLeftSteps).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data =>
            data.Key == "Cli").Value!;
        _otherLab = Process.Start(new ProcessStartInfo("dotnet", ["exec", cli, "lab", container.Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var said = await InTimeAsync("come up", _otherLab.StandardOutput.ReadLineAsync());
        if (said is null || !said.StartsWith("The lab is up, run ", StringComparison.Ordinal))
            throw new AssertionException(
                $"The other lab did not come up; it printed: {said} {await InTimeAsync("end", _otherLab.StandardOutput.ReadToEndAsync())}");
        _otherRun = said.Split("run ")[1][..RunId.Length];
    }

    /// <summary>Ends the lab as a user does.</summary>
    [When("the other lab ends")]
    public async Task WhenLabEndsAsync()
    {
        await EndLabAsync();
        Assert.That(_otherLab!.ExitCode, Is.Zero);
    }

    /// <summary>The lab's process gets no chance to clean up.</summary>
    [When("another lab with {endpoint} is killed without warning")]
    public async Task WhenLabIsKilledAsync(Endpoint container)
    {
        await GivenLabAsync(container);
        _otherLab!.Kill();
        await _otherLab.WaitForExitAsync();
    }

    /// <summary>Does what <c>specs clean</c> does.</summary>
    [When("what dead runs left is cleaned")]
    public async Task WhenCleanedAsync()
    {
        await using var engine = await ContainerEngine.ConnectAsync();
        using var limit = new CancellationTokenSource(Patience);
        await Leftovers.RemoveAsync(engine, LabImage.Reference(), limit.Token);
    }

    /// <summary>The Engine has neither a container nor a network of another run.</summary>
    [Then("the Engine has nothing of another run")]
    public async Task ThenEngineHasNothingAsync()
    {
        await using var engine = await ContainerEngine.ConnectAsync();
        Assert.That(await Leftovers.InEngineAsync(engine, _otherRun!), Is.Empty);
    }

    /// <summary>Foreign traffic, which the suite must not observe.</summary>
    [Given("another process on the host pings {endpoint} continuously")]
    public async Task GivenDisturbanceAsync(Endpoint to) =>
        _disturbance = await (await SpecsRun.Current.DockerLabAsync()).DisturbAsync(to);

    /// <summary>Compares only what this run and the other lab could have changed.</summary>
    [Then("the host is as it was before")]
    public async Task ThenHostIsAsBeforeAsync()
    {
        var lab = await SpecsRun.Current.DockerLabAsync();
        var after = await lab.SnapshotAsync();
        Assert.That(
            _before!.DifferencesTo(after, [lab.Run.ToString(), .. _otherRun is null ? [] : (string[])[_otherRun]]),
            Is.Empty);
    }

    [Then("the request is seen, the reply is seen, and nothing else")]
    public void ThenNothingElse()
    {
        flow.Agree(Leg.Request, null);
        flow.Agree(Leg.Reply, null);
        Assert.That(flow.ObservedLegs, Is.EqualTo(ImmutableArray.Create(Leg.Request, Leg.Reply)));
    }

    private async Task EndLabAsync()
    {
        _otherLab!.StandardInput.Close();
        await InTimeAsync("end", Ended());

        async Task<int> Ended()
        {
            await _otherLab.WaitForExitAsync();
            return _otherLab.ExitCode;
        }
    }

    private async Task<T> InTimeAsync<T>(string what, Task<T> task)
    {
        try
        {
            return await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _otherLab!.Kill();
            throw new AssertionException(
                $"The other lab did not {what} within {Patience.TotalSeconds:0} seconds and was killed; ./specs clean removes what it left.");
        }
    }
}
