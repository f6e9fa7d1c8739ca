using Hooktrail.Labs;
using Hooktrail.Questions;
using Hooktrail.Specs.Run;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>The version of IP that a sentence names; null for that of its addresses.</summary>
public sealed record AskedIp(IpVersion? Version);

/// <summary>
/// Questions about users' hosts, which only the model answers. The tag sets them apart from the steps of a lab, where
/// the same words name the lab's endpoints.
/// </summary>
[Binding]
[Scope(Tag = "host")]
public sealed class HostQuestionSteps(HostUnderQuestion host)
{
    [Given("the host of the snapshot {string}")]
    public void GivenSnapshot(string name) => host.UseSnapshot(name);

    [Given("this host")]
    public Task GivenThisHostAsync() => host.UseThisHostAsync();

    /// <summary>A command of iptables or a relative, or of nft, as one would type it there.</summary>
    [Given("the rule {string}")]
    public void GivenRule(string command) => host.Change(new HostChange.Rule(command));

    [Given("{switch} is {state}")]
    public void GivenSwitch(Switch one, bool on) => host.Change(new HostChange.Turn(one, on));

    /// <summary>By TCP.</summary>
    [When("{string} connects to {string} at port {int}{ip}")]
    public void WhenConnects(string from, string to, int port, AskedIp ip) =>
        host.Ask(from, WithPort(to, port), Protocol.Tcp, ip.Version);

    /// <summary>
    /// Data in a connection of TCP that exists, whatever the rules do to a new one: <c>check --established</c>.
    /// </summary>
    [When("{string} sends on an established connection to {string} at port {int}{ip}")]
    public void WhenGoesOn(string from, string to, int port, AskedIp ip) =>
        host.Ask(from, WithPort(to, port), Protocol.Tcp, ip.Version, isEstablished: true);

    [When("{string} sends a datagram to {string} at port {int}{ip}")]
    public void WhenSends(string from, string to, int port, AskedIp ip) =>
        host.Ask(from, WithPort(to, port), Protocol.Udp, ip.Version);

    [When("{string} pings {string}{ip}")]
    public void WhenPings(string from, string to, AskedIp ip) => host.Ask(from, to, Protocol.Icmp, ip.Version);

    /// <summary>The request arrives there, and its answer at the sender.</summary>
    [Then("it is delivered to {string}")]
    public void ThenDelivered(string to) => host.Arrives(to);

    /// <summary>The number counts the rules of the chain, as <c>iptables -L --line-numbers</c> does.</summary>
    [Then("it is {stopped} by rule {int} of {string}")]
    public void ThenStoppedByRule(OutcomeKind how, int number, string chain) =>
        host.EndsBy(EndingOf(how), number, chain);

    [Then("it is {stopped} by the policy of {string}")]
    public void ThenStoppedByPolicy(OutcomeKind how, string chain) => host.EndsBy(EndingOf(how), null, chain);

    /// <summary>No rule decides: the kernel itself discards it, or no socket listens.</summary>
    [Then("it is unreachable, because of {string}")]
    public void ThenUnreachable(string reason)
    {
        host.Ends(Ending.Unreachable);
        Assert.That(host.Answer.Says, Does.Contain(reason));
    }

    /// <summary>The last hop's device.</summary>
    [Then("the {leg} leaves by {string}")]
    public void ThenLeavesBy(Leg leg, string device) => Assert.That(
        host.Answer.Legs.FirstOrDefault(one => one.Leg == leg)?.Trail.Hops[^1].Out,
        Is.EqualTo(device),
        host.Answer.Says);

    private static Ending EndingOf(OutcomeKind how) =>
        how == OutcomeKind.Dropped ? Ending.Dropped : Ending.Rejected;

    private static string WithPort(string endpoint, int port) => string.Create(
        CultureInfo.InvariantCulture, $"{(endpoint.Contains(':') ? $"[{endpoint}]" : endpoint)}:{port}");
}
