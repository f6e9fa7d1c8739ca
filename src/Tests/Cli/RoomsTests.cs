using System.Xml.Linq;

namespace Hooktrail.Tests.Cli;

/// <summary>
/// Who may use whom (docs/architecture.md): the references of the projects, and all that follow from them.
/// </summary>
public sealed class RoomsTests
{
    private static readonly ImmutableDictionary<string, ImmutableArray<string>> References = new[]
    {
        "src", "environments", "steps"
    }
        .SelectMany(
            folder => Directory.GetFiles(Path.Combine(Document.Root, folder), "*.csproj", SearchOption.AllDirectories))
        .Where(project => !project.Contains("/src/Tests/", StringComparison.Ordinal))
        .ToImmutableDictionary(Room, Used);

    private static IEnumerable<string> Below =>
        References.Keys.Where(room => room.StartsWith("src/", StringComparison.Ordinal) && room != "src/Cli");

    [TestCaseSource(nameof(Below))]
    public void What_is_in_src_uses_no_environment(string room) =>
        Assert.That(All(room).Where(used => used.StartsWith("environments/", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Model_and_Observation_do_not_know_each_other()
    {
        Assert.That(All("src/Model"), Does.Not.Contain("src/Observation"));
        Assert.That(All("src/Observation"), Does.Not.Contain("src/Model"));
    }

    [Test]
    public void The_vocabulary_uses_nothing() => Assert.That(All("src/Trails"), Is.Empty);

    [Test]
    public void Users_hosts_are_read_without_model_and_without_observation() => Assert.That(
        All("src/Hosts"), Is.EquivalentTo(new[] { "src/Rules", "src/Trails", "src/Text" }));

    [Test]
    public void A_snapshot_is_taken_without_the_model() =>
        Assert.That(All("environments/Snapshots"), Does.Not.Contain("src/Model"));

    [Test]
    public void A_twin_does_not_know_the_model() =>
        Assert.That(All("environments/Twins"), Does.Not.Contain("src/Model"));

    [Test]
    public void The_labs_do_not_know_the_model() =>
        Assert.That(All("environments/Selection"), Does.Not.Contain("src/Model"));

    private static IEnumerable<string> All(string room) =>
        References[room].SelectMany(used => All(used).Prepend(used)).Distinct();

    private static ImmutableArray<string> Used(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference")
            .Where(reference => reference.Attribute("ReferenceOutputAssembly")?.Value != "false")
            .Select(reference => Room(Path.GetFullPath(
                Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)))),
    ];

    private static string Room(string project) => Path.GetRelativePath(Document.Root, Path.GetDirectoryName(project)!);
}
