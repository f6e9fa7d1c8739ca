namespace Hooktrail.Model.Tests;

public class KernelReleasesTests
{
    private static readonly KernelReleases Releases = KernelReleases.Parse("6.9, 6.1.88 and 6.6.29");

    [TestCase("6.9", true)]
    [TestCase("6.9.3", true)]
    [TestCase("7.3.4", true)]
    [TestCase("6.8.12", false)]
    [TestCase("6.1.87", false)]
    [TestCase("6.1.88", true)]
    [TestCase("6.6.28", false)]
    [TestCase("6.6.30", true)]
    [TestCase("6.2.100", false)]
    public void A_release_has_it_from_the_first_of_its_series_on(string kernel, bool has) =>
        Assert.That(Releases.Include(KernelVersion.Parse(kernel)), Is.EqualTo(has));

    [Test]
    public void A_series_without_a_third_number_is_taken_for_its_newest_release() =>
        Assert.That(Releases.Include(KernelVersion.Parse("6.1")), Is.True);

    [TestCase("6.1.0-50-cloud-amd64", "6.1")]
    [TestCase("6.12.117+deb13-cloud-amd64", "6.12.117")]
    [TestCase("7.0-rc3", "7.0")]
    [TestCase("6.9-rc1.2", "6.9")]
    public void A_third_number_of_zero_says_nothing(string release, string kernel) =>
        Assert.That(KernelVersion.Parse(release).ToString(), Is.EqualTo(kernel));

    [Test]
    public void They_are_written_as_they_are_read() =>
        Assert.That(Releases.ToString(), Is.EqualTo("6.9, 6.1.88 and 6.6.29"));
}
