using System.Net;
using System.Text.RegularExpressions;
using Hooktrail.Cli.Verbs;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public partial class AsItComesTests
{
    private static readonly Flow Connection = new(Endpoint.Client, Endpoint.Server, Protocol.Tcp);

    [Test]
    [CancelAfter(20_000)]
    public async Task A_record_is_printed_before_the_flow_has_come_to_its_end(CancellationToken cancellation)
    {
        var output = new Lines();
        var seen = new Seen(HostProfile.Default, null, new Finding.Observed([]));
        var result = await Printer(Observers.Nflog, output).WhileAsync(async told =>
        {
            told(Glimpse(Observers.Nflog, 0, 0));
            await output.Printed("request, hop 1 ").WaitAsync(cancellation);
            return seen;
        });
        Assert.That(result, Is.SameAs(seen));
    }

    [Test]
    public async Task Beside_each_record_is_the_predicted_hop_that_it_fits() => Assert.That(
        await PlacesAsync(
            Glimpse(Observers.Nflog, 0, 0),
            Glimpse(Observers.Nflog, 0, 1),
            Glimpse(Observers.Nflog, 1, 0),
            Glimpse(Observers.Nflog, 2, 0)),
        Is.EqualTo(new[] { "request, hop 1", "request, hop 2", "reply, hop 1", "request 2, hop 1" }));

    [Test]
    public async Task A_hop_that_did_not_come_leaves_a_gap() =>
        Assert.That(
            await PlacesAsync(Glimpse(Observers.Nflog, 0, 0), Glimpse(Observers.Nflog, 0, 3)),
            Is.EqualTo(new[] { "request, hop 1", "request, hop 4" }));

    [Test]
    public async Task What_fits_no_predicted_hop_has_a_question_mark()
    {
        var stranger = Glimpse(Observers.Nflog, 0, 1);
        Assert.That(
            await PlacesAsync(
                Glimpse(Observers.Nflog, 0, 0),
                stranger with { Hop = stranger.Hop with { In = "left.port" } },
                stranger),
            Is.EqualTo(new[] { "request, hop 1", "?", "request, hop 2" }));
    }

    [Test]
    public async Task Of_two_observers_each_goes_its_own_way_and_each_line_says_whose_it_is()
    {
        var lines = await PrintedAsync(
            Observers.Both, Glimpse(Observers.Log, 0, 0), Glimpse(Observers.Nflog, 0, 0), Glimpse(Observers.Log, 0, 1));
        Assert.That(
            lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]),
            Is.EqualTo(new[] { "log", "nflog", "log" }));
        Assert.That(
            lines.Select(line => line[line.IndexOf("hop ", StringComparison.Ordinal)..][..5]),
            Is.EqualTo(new[] { "hop 1", "hop 1", "hop 2" }));
    }

    [Test]
    public void A_flow_that_cannot_be_sent_is_said_as_it_is() => Assert.That(
        () => Printer(Observers.Nflog, new StringWriter()).WhileAsync(_ =>
            throw new HooktrailException("No such endpoint.")),
        Throws.InstanceOf<HooktrailException>().With.Message.EqualTo("No such endpoint."));

    private static AsItComes Printer(Observers observers, TextWriter output) =>
        new(Prediction.Legs(HostProfile.Default, Connection), observers, output);

    private static async Task<string[]> PlacesAsync(params Glimpse[] glimpses) =>
        [.. (await PrintedAsync(Observers.Nflog, glimpses)).Select(line => Columns().Split(line)[3])];

    private static async Task<string[]> PrintedAsync(Observers observers, params Glimpse[] glimpses)
    {
        var output = new StringWriter();
        await Printer(observers, output).WhileAsync(told =>
        {
            foreach (var glimpse in glimpses)
                told(glimpse);
            return Task.FromResult(new Seen(HostProfile.Default, null, new Finding.Observed([])));
        });
        return output.ToString().TrimEnd('\n').Split('\n')[^glimpses.Length..];
    }

    // What an observer would record at a hop of a leg that goes as predicted.
    private static Glimpse Glimpse(Observers by, int leg, int hop)
    {
        var predicted = Prediction.Legs(HostProfile.Default, Connection)[leg].Trail.Hops[hop];
        return new(
            by,
            new()
            {
                Sequence = 1,
                Run = RunId.New(),
                Point = predicted.Point,
                Line = "",
                IsComplete = true,
                Protocol = "TCP",
                Source = IPAddress.Loopback
            },
            predicted with { Source = Recorded(predicted.Source), Destination = Recorded(predicted.Destination) });
    }

    private static string? Recorded(string? address) => address == "client" ? "client:20001" : address;

    [GeneratedRegex("  +")]
    private static partial Regex Columns();

    private sealed class Lines : StringWriter
    {
        private readonly TaskCompletionSource _printed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string _awaited = "\0";

        public Task Printed(string text)
        {
            lock (_printed)
            {
                _awaited = text;
                Look();
            }

            return _printed.Task;
        }

        public override Task WriteAsync(string? value)
        {
            lock (_printed)
            {
                Write(value);
                Look();
            }

            return Task.CompletedTask;
        }

        private void Look()
        {
            if (ToString().Contains(_awaited, StringComparison.Ordinal))
                _printed.TrySetResult();
        }
    }
}
