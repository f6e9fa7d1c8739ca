using Hooktrail.Questions;
using Hooktrail.Tests.Questions;

namespace Hooktrail.Tests.Report.Answers;

/// <summary>Answers about the sample host of questions.</summary>
internal static class Answers
{
    public static CheckResult Of(
        string from, string to, Protocol protocol = Protocol.Tcp, HostProfile? host = null, bool everyRule = false,
        bool isEstablished = false)
    {
        var profile = host ?? Shop.Profile;
        var question = Question.Of(profile.Topology, from, to, protocol, null);
        question = question with { Flow = question.Flow with { IsEstablished = isEstablished } };
        return new(question, Answer.Of(profile, question, everyRule)) { NotKnown = profile.Topology.NotKnown };
    }

    /// <summary>The sample host with one more rule of iptables, the first of DOCKER-USER.</summary>
    public static HostProfile With(string rule) => Shop.On(Shop.Topology, $"*filter\n-I DOCKER-USER {rule}");
}
