using System.Text.RegularExpressions;
using Hooktrail.Text;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>What a user expects of a host: <c>internet → web:443/tcp delivered</c>.</summary>
/// <param name="Line">Its line in the file, counted from 1.</param>
/// <param name="Text">As it was written.</param>
/// <param name="Question">What it is about.</param>
/// <param name="Expected">The ending; null for <c>closed</c>, which is any but delivered.</param>
public sealed partial record Expectation(int Line, string Text, Question Question, Ending? Expected)
{
    private const int Most = 10_000;

    private static readonly ImmutableArray<(string Word, Ending? Ending)> Words =
    [
        ("delivered", Ending.Delivered), ("dropped", Ending.Dropped), ("rejected", Ending.Rejected),
        ("unreachable", Ending.Unreachable), ("closed", null),
    ];

    /// <summary>Reads a file of expectations, one in each line; what follows # is a comment.</summary>
    /// <param name="topology">The host.</param>
    /// <param name="reader">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HooktrailException">A line is none, or names an endpoint that is not there.</exception>
    /// <exception cref="IOException">The file has no lines.</exception>
    public static ImmutableArray<Expectation> Read(Topology topology, TextReader reader, string name)
    {
        var all = ImmutableArray.CreateBuilder<Expectation>();
        foreach (var (index, line) in BoundedLines.Of(reader).Index())
        {
            var text = line.Split('#')[0].Trim();
            if (text.Length == 0)
                continue;
            if (all.Count == Most)
                throw new HooktrailException($"{name} has more than {Most} expectations; split it.");
            try
            {
                all.Add(Of(topology, index + 1, text));
            }
            catch (HooktrailException wrong)
            {
                throw new HooktrailException(string.Create(
                    CultureInfo.InvariantCulture, $"{name}, line {index + 1}: {wrong.Message}"));
            }
        }

        return all.Count > 0
            ? all.ToImmutable()
            : throw new HooktrailException(
                $"{name} has no expectation; write lines such as \"internet → web:443/tcp delivered\".");
    }

    private static Expectation Of(Topology topology, int line, string text)
    {
        if (Form().Match(text) is not { Success: true } parts)
            throw new HooktrailException(
                $"\"{text}\" is no expectation; write SOURCE → SERVICE:PORT/PROTOCOL ENDING, such as \"internet → web:443/tcp delivered\".");
        var word = parts.Groups["ending"].Value;
        if (Words.All(one => one.Word != word))
            throw new HooktrailException(
                $"Unknown ending \"{word}\"; the endings are {string.Join(", ", Words.Select(one => one.Word))}.");
        var (protocol, ip) = (parts.Groups["protocol"].Value, parts.Groups["ip"].Value);
        var question = Question.Of(
            topology, parts.Groups["from"].Value, parts.Groups["to"].Value,
            protocol switch
            {
                "" or "tcp" => Protocol.Tcp,
                "udp" => Protocol.Udp,
                "icmp" => Protocol.Icmp,
                _ => throw new HooktrailException($"Unknown protocol \"{protocol}\"; use tcp, udp or icmp."),
            },
            ip.Length == 0 ? null : IpVersions.Parse(ip));
        return new(line, text, question, Words.First(one => one.Word == word).Ending);
    }

    [GeneratedRegex(@"^(?<from>\S+)\s+(?:→|->)\s+(?<to>[^\s/]+)(?:/(?<protocol>\w+))?\s+(?<ending>\w+)(?:\s+(?<ip>\w+))?$")]
    private static partial Regex Form();
}

public enum Fulfilment
{
    AsExpected,

    Otherwise,

    /// <summary>It depends, or is not known; never as expected.</summary>
    Inconclusive,
}

/// <summary>An expectation, and what the model found.</summary>
public sealed record JudgedExpectation(Expectation Expectation, Found Found)
{
    public Fulfilment Fulfilment =>
        Found.Verdict is Verdict.Depends or Verdict.NotKnown or Verdict.None ? Fulfilment.Inconclusive
        : IsAsExpected ? Fulfilment.AsExpected
        : Fulfilment.Otherwise;

    private bool IsAsExpected => Expectation.Expected is { } ending
        ? Found.Ending == ending
        : Found.Ending != Ending.Delivered;

    /// <exception cref="HooktrailException">The packets of one never meet the host.</exception>
    public static ImmutableArray<JudgedExpectation> Of(HostProfile host, ImmutableArray<Expectation> expectations)
    {
        var asking = new Asking(host);
        return
        [
            .. expectations.Select(one =>
            {
                try
                {
                    return new JudgedExpectation(one, asking.Ask(one.Question));
                }
                catch (HooktrailException wrong)
                {
                    throw new HooktrailException(string.Create(
                        CultureInfo.InvariantCulture, $"The expectation in line {one.Line} cannot be asked: {wrong.Message}"));
                }
            }),
        ];
    }
}
