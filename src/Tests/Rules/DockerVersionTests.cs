namespace Hooktrail.Tests.Rules;

/// <summary>A version of Docker is answered by the release whose rules it has, and by no other in silence.</summary>
public class DockerVersionTests
{
    [TestCase("20.10.24", DockerRelease.V20)]
    [TestCase("20.10.24+dfsg1", DockerRelease.V20)]
    [TestCase("26.1", DockerRelease.V20)]
    [TestCase("27.5.1", DockerRelease.V27)]
    [TestCase("28", DockerRelease.V28Dot2)]
    [TestCase("28.0", DockerRelease.V28)]
    [TestCase("28.0.0", DockerRelease.V28Dot0Dot0)]
    [TestCase("28.0.0-rc.2", DockerRelease.V28Dot0Dot0)]
    [TestCase("28.0.1", DockerRelease.V28)]
    [TestCase("28.0.4", DockerRelease.V28)]
    [TestCase("28.1.1", DockerRelease.V28)]
    [TestCase("28.3", DockerRelease.V28Dot2)]
    [TestCase("28.5", DockerRelease.V28Dot2)]
    [TestCase("29", DockerRelease.V29)]
    [TestCase("29.7.2", DockerRelease.V29)]
    [TestCase("29-nftables", DockerRelease.V29Nftables)]
    [TestCase("29.4-nftables", DockerRelease.V29Nftables)]
    public void A_release_is_found_by_its_version(string version, DockerRelease release) =>
        Assert.That(DockerRules.Parse(version), Is.EqualTo(release));

    [TestCase("20.10")]
    [TestCase("27")]
    [TestCase("28.0.0")]
    [TestCase("28.0")]
    [TestCase("28.0.1")]
    [TestCase("28.2")]
    [TestCase("29")]
    [TestCase("29-nftables")]
    public void A_release_that_names_its_rules_needs_no_note(string version) =>
        Assert.That(DockerVersion.Parse(version).Note, Is.Null);

    [TestCase("26.1", "20.10")]
    [TestCase("28.1", "28.0.1")]
    [TestCase("28.3", "28.2")]
    [TestCase("29.4", "29")]
    [TestCase("29.4-nftables", "29-nftables")]
    public void Another_release_names_the_one_whose_rules_it_has(string version, string name) =>
        Assert.That(
            DockerVersion.Parse(version).Note, Is.EqualTo($"Docker {version} has the rules of Docker {name}."));

    [TestCase("21.3", DockerRelease.V20, "20.10")]
    [TestCase("27.9", DockerRelease.V27, "27")]
    [TestCase("28.6.1", DockerRelease.V28Dot2, "28.2")]
    [TestCase("29.8", DockerRelease.V29, "29")]
    [TestCase("29.8-nftables", DockerRelease.V29Nftables, "29-nftables")]
    [TestCase("30", DockerRelease.V29, "29")]
    public void A_release_that_is_not_known_has_the_rules_of_the_nearest_older_one(
        string version, DockerRelease release, string name) =>
        Assert.That(
            DockerVersion.Parse(version),
            Is.EqualTo(new DockerVersion(
                release,
                $"Docker {version} is not known to Hooktrail, so the rules are those of Docker {name}, the nearest older release that is.")));

    [TestCase("19.03")]
    [TestCase("1.13")]
    public void A_release_older_than_all_known_ones_has_the_rules_of_the_oldest(string version) =>
        Assert.That(
            DockerVersion.Parse(version),
            Is.EqualTo(new DockerVersion(
                DockerRelease.V20,
                $"Docker {version} is not known to Hooktrail, and no older release is, so the rules are those of Docker 20.10.")));

    [Test]
    public void A_backend_that_a_release_does_not_have_is_told() =>
        Assert.That(
            () => DockerVersion.Parse("28.3-nftables"),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("Docker 28.3 has no backend for nftables"));

    [Test]
    public void What_is_no_version_is_told([Values("", "new", "28.x")] string version) =>
        Assert.That(
            () => DockerVersion.Parse(version), Throws.TypeOf<HooktrailException>().With.Message.Contains("20.10"));
}
