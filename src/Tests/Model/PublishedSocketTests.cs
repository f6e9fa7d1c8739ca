using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>Who answers on a published port where no rule of DNAT catches the packet: over IPv6 on Docker 20.10.</summary>
public class PublishedSocketTests
{
    private static readonly HostProfile Bare = HostProfile.Default with { UserlandProxy = false };

    private static readonly HostProfile Held = Bare.WithSockets(
        PublishedSocket.OfProxy(PublishedPort.OfLab).Select(one => one with { IsRead = false }));

    [Test]
    public void Without_a_socket_a_SYN_is_reset() =>
        Assert.That(Legs(Bare, Protocol.Tcp), Is.EqualTo(new[] { "request: delivered to host", "error: delivered to wan" }));

    [Test]
    public void A_socket_that_nobody_reads_opens_the_connection_and_never_ends_it() =>
        Assert.That(Legs(Held, Protocol.Tcp), Is.EqualTo(new[]
        {
            "request: delivered to host", "reply: delivered to wan", "request 2: delivered to host",
            "request 3: delivered to host", "request 4: delivered to host",
        }));

    [Test]
    public void The_proxy_ends_it_too() =>
        Assert.That(Legs(HostProfile.Default, Protocol.Tcp), Has.Length.EqualTo(6).And.Some.EqualTo("reply 2: delivered to wan"));

    [Test]
    public void A_datagram_to_a_socket_that_nobody_reads_is_lost_without_an_error()
    {
        var only = Prediction.Legs(Held, To(Protocol.Udp)).Single();

        Assert.That(only.Trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
        Assert.That(only.Trail.Outcome.Reason, Does.Contain("no process reads"));
        Assert.That(
            Prediction.Legs(Bare, To(Protocol.Udp)).Select(leg => leg.Leg.Direction),
            Is.EqualTo(new[] { Direction.Request, Direction.Error }));
    }

    [Test]
    public void DNAT_comes_before_every_socket()
    {
        var rules = DockerRules.Of(DockerRelease.V20, userlandProxy: false);
        var flow = new Flow(Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };

        Assert.That(
            Prediction.Legs(Held with { Rules = rules }, flow).Select(leg => leg.Trail),
            Is.EqualTo(Prediction.Legs(Bare with { Rules = rules }, flow).Select(leg => leg.Trail)));
    }

    [Test]
    public void Each_protocol_and_version_of_IP_has_its_own()
    {
        var host = Bare.WithSockets([new(Protocol.Tcp, IpVersion.V6, 8080, false)]);

        Assert.Multiple(() =>
        {
            Assert.That(Legs(host, Protocol.Tcp), Has.Length.EqualTo(5));
            Assert.That(Legs(host, Protocol.Udp), Has.Length.EqualTo(2));
            Assert.That(Legs(host with { Rules = RuleSet.Empty }, Protocol.Tcp, IpVersion.V4), Has.Length.EqualTo(2));
        });
    }

    [Test]
    public void Sockets_that_are_the_proxys_own_say_nothing_new()
    {
        var read = HostProfile.Default.WithSockets(PublishedSocket.OfProxy(PublishedPort.OfLab).Reverse());

        Assert.That(read.Sockets, Is.Null);
        Assert.That(Bare.WithSockets([]).Sockets, Is.Null);
        Assert.That(Held, Is.Not.EqualTo(Bare));
        Assert.That(
            Bare with { Sockets = PublishedSocket.OfProxy(PublishedPort.OfLab) },
            Is.Not.EqualTo(HostProfile.Default), "another switch");
    }

    private static string[] Legs(HostProfile host, Protocol protocol, IpVersion ip = IpVersion.V6) =>
        [.. Prediction.Legs(host, To(protocol, ip)).Select(leg => $"{leg.Leg}: {leg.Trail.Outcome}")];

    private static Flow To(Protocol protocol, IpVersion ip = IpVersion.V6) =>
        new(Wan, Endpoint.Host, protocol) { Ip = ip, Port = 8080 };
}
