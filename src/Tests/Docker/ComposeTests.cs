using Hooktrail.Live;
using Hooktrail.Questions;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// Containers as compose labels them: two projects that both have a service web, and a service of two replicas. They
/// are asked about by these names, and the packets go as the answer says.
/// </summary>
[Category("live")]
[CancelAfter(600_000)]
public sealed class ComposeTests : LiveEngineTestBase
{
    // Another container of this machine may be of a project shop.
    private static readonly string Shop = $"shop{Environment.ProcessId}";

    private static readonly string Blog = $"blog{Environment.ProcessId}";

    private TestContainers _containers = null!;
    private LiveHost _host = null!;

    private static IEnumerable<TestCaseData> Questions =>
    [
        new TestCaseData($"{Shop}/web", $"{Shop}/db:5432", Ending.Delivered)
            .SetArgDisplayNames("a service asks another of its project"),
        new TestCaseData($"{Shop}/web", $"{Shop}/db:5433", Ending.Unreachable)
            .SetArgDisplayNames("nothing listens on the port"),
        new TestCaseData($"{Blog}/web", $"{Shop}/db:5432", Ending.Dropped)
            .SetArgDisplayNames("the service of that name of another project"),
        new TestCaseData("host", $"{Blog}/web:80", Ending.Delivered).SetArgDisplayNames("the host asks a service"),
    ];

    private Topology Topology => _host.Profile.Topology;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (SnapshotTaking.IsEngineElsewhere)
            throw Skip.Because("The Engine is on another machine, on which nothing can be sent here.");
        _containers = await TestContainers.StartAsync(Engine, Image);
        var (shop, blog) = (await _containers.NetworkAsync("shop"), await _containers.NetworkAsync("blog"));
        await _containers.AddAsync("shop-web-1", shop, labels: Of(Shop, "web"));
        await _containers.AddAsync("shop-db-1", shop, port: 5432, labels: Of(Shop, "db"));
        await _containers.AddAsync("shop-worker-1", shop, labels: Of(Shop, "worker"));
        await _containers.AddAsync("shop-worker-2", shop, labels: Of(Shop, "worker"));
        await _containers.AddAsync("blog-web-1", blog, labels: Of(Blog, "web"));
        _host = LiveHost.Of(await SnapshotTaking.OfThisHostAsync());
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_containers is not null)
            await _containers.DisposeAsync();
    }

    [TestCaseSource(nameof(Questions))]
    public Task Packets_go_as_check_says_of_services(string from, string to, Ending ending) =>
        HeldAgainstPacketsAsync(from, to, ending);

    [Test]
    public Task Replicas_are_asked_by_their_own_names() => HeldAgainstPacketsAsync(
        _containers.NameOf("shop-worker-1"), $"{_containers.NameOf("shop-worker-2")}:80", Ending.Delivered);

    [Test]
    public void Where_a_service_has_replicas_they_are_listed() => Assert.That(
        () => Question.Of(Topology, $"{Shop}/web", $"{Shop}/worker:80", Protocol.Tcp, null),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            $"\"{Shop}/worker\" is the name of several containers; write one of {string.Join(", ", InOrder("shop-worker-1", "shop-worker-2"))}."));

    [Test]
    public void Where_two_projects_have_the_service_the_containers_of_both_are_listed() => Assert.That(
        () => Question.Of(Topology, "web", $"{Shop}/db:5432", Protocol.Tcp, null),
        Throws.TypeOf<HooktrailException>()
            .With.Message.StartsWith("\"web\" is the name of several containers; write one of ")
            .And.Message.Contains(_containers.NameOf("shop-web-1"))
            .And.Message.Contains(_containers.NameOf("blog-web-1")));

    private async Task HeldAgainstPacketsAsync(string from, string to, Ending ending)
    {
        var question = Question.Of(Topology, from, to, Protocol.Tcp, null);
        var answer = Answer.Of(_host.Profile, question);
        var sent = await LiveCheck.AskAsync(_host, question.Flow);

        Assert.That(answer.Ending, Is.EqualTo(ending), answer.Says);
        Assert.That(sent.Agrees, Is.True, sent.ToString());
    }

    private static (string Key, string Value)[] Of(string project, string service) =>
        [("com.docker.compose.project", project), ("com.docker.compose.service", service)];

    // The Engine tells of the newest container first.
    private IEnumerable<string> InOrder(params IEnumerable<string> parts) => Topology.Containers
        .Select(one => one.Name)
        .Where(parts.Select(_containers.NameOf).Contains);
}
