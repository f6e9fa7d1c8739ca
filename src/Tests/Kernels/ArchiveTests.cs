using Hooktrail.Kernels;
using Hooktrail.Kernels.Archive;
using Hooktrail.Kernels.Runs;

namespace Hooktrail.Tests.Kernels;

[TestFixture]
public class ArchiveTests
{
    // The output of apt-cache madison on 2026-11-28, shortened.
    private const string Madison = """
         linux-image-5.10.0-32-cloud-amd64 | 5.10.223-1 | http://mirror.example/debian bullseye/main amd64 Packages
        linux-image-6.1.0-47-cloud-amd64 |  6.1.170-3 | http://mirror.example/debian bookworm/main amd64 Packages
        linux-image-6.1.0-50-cloud-amd64 |  6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
        linux-image-6.12.95+deb12-cloud-amd64 | 6.12.95-1~bpo12+1 | http://mirror.example/debian bookworm-backports/main amd64 Packages
        linux-image-6.12.107+deb13-cloud-amd64 | 6.12.107-1 | http://mirror.example/debian trixie/main amd64 Packages
        linux-image-6.12.117+deb13-cloud-amd64 | 6.12.117-1 | http://mirror.example/debian trixie/main amd64 Packages
        linux-image-7.3.4+deb13-cloud-amd64 | 7.3.4-1~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
        linux-image-6.1.0-50-cloud-amd64-dbg |  6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
        linux-image-6.1.0-50-amd64 |  6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
        linux-image-cloud-amd64 |  6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages
        """;

    private static readonly ImmutableArray<ServedKernel> Served = ServedKernel.Parse(Madison);

    [Test]
    public void Only_images_for_virtual_machines_are_taken_the_oldest_first() => Assert.That(
        Served.Select(kernel => $"{kernel.Version} {kernel.Release} {kernel.PackageVersion} {kernel.Suite}"),
        Is.EqualTo(new[]
        {
            "5.10.223 5.10.0-32-cloud-amd64 5.10.223-1 bullseye",
            "6.1.170 6.1.0-47-cloud-amd64 6.1.170-3 bookworm",
            "6.1.176 6.1.0-50-cloud-amd64 6.1.176-1 bookworm",
            "6.12.95 6.12.95+deb12-cloud-amd64 6.12.95-1~bpo12+1 bookworm-backports",
            "6.12.107 6.12.107+deb13-cloud-amd64 6.12.107-1 trixie",
            "6.12.117 6.12.117+deb13-cloud-amd64 6.12.117-1 trixie",
            "7.3.4 7.3.4+deb13-cloud-amd64 7.3.4-1~bpo13+1 trixie-backports",
        }));

    [TestCase("5.10", "5.10.223-1")]
    [TestCase("6.1", "6.1.176-1")]
    [TestCase("6.1.170", "6.1.170-3")]
    [TestCase("6.12", "6.12.117-1")]
    [TestCase("6.12.107", "6.12.107-1")]
    [TestCase("newest", "7.3.4-1~bpo13+1")]
    public void A_series_means_its_newest_release(string wish, string package) =>
        Assert.That(KernelWish.Parse(wish).In(Served).PackageVersion, Is.EqualTo(package));

    [TestCase("6.2")]
    [TestCase("6.12.1")]
    public void What_is_not_served_is_told_with_what_is(string wish) => Assert.That(
        () => KernelWish.Parse(wish).In(Served),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            $"The archive has no kernel {wish}; it has 5.10, 6.1, 6.12, 7.3: see ./specs kernels list, or use your own kernel with --kernel-image."));

    [TestCase("")]
    [TestCase("6")]
    [TestCase("6.1.")]
    [TestCase("v6.1")]
    [TestCase("6.1/../..")]
    [TestCase("latest")]
    [TestCase("6.1\n")]
    public void What_is_no_version_is_told(string wish) =>
        Assert.That(
            () => KernelWish.Parse(wish),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("is not a kernel; write a series such as 6.1"));

    [Test]
    public void The_parts_of_a_kernel_are_the_packages_that_have_its_release_in_their_names() => Assert.That(
        DebianArchive.PartsOf(
            "7.3.4+deb13-cloud-amd64",
            """
            Package: linux-image-7.3.4+deb13-cloud-amd64
            Depends: dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-base-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1), linux-binary-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1), linux-modules-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1)
            Suggests: linux-binary-7.3.4+deb13-cloud-amd64-dbg
            """),
        Is.EqualTo(new[]
        {
            ("linux-binary-7.3.4+deb13-cloud-amd64", true),
            ("linux-modules-7.3.4+deb13-cloud-amd64", true),
            ("linux-base-7.3.4+deb13-cloud-amd64", false)
        }));

    [Test]
    public void A_kernel_in_one_package_has_no_other_parts() => Assert.That(
        DebianArchive.PartsOf(
            "6.1.0-50-cloud-amd64",
            "Depends: kmod, linux-base (>= 4.3~), initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool\n"),
        Is.Empty);

    [Test]
    public void The_list_has_the_newest_of_each_series_and_suite_what_is_prepared_and_the_userlands()
    {
        var text = KernelListText.Of(
            Served, [new(Userland.Parse("bookworm"), "20.10.24", "1.8.9", "1.0.6")], kernel => kernel.Version == new Version(6, 1, 170), all: false);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Match(@"(?m)^6\.1 +6\.1\.170 .* prepared$"));
            Assert.That(text, Does.Match(@"(?m)^6\.1 +6\.1\.176 .* bookworm$"));
            Assert.That(text, Does.Contain("6.12.95").And.Contain("6.12.117").And.Not.Contain("6.12.107"));
            Assert.That(text, Does.Match(@"(?m)^bookworm +20\.10\.24 +1\.8\.9 +1\.0\.6$"));
            Assert.That(text, Does.Contain("--kernel-image FILE --modules FOLDER"));
        });
    }

    [Test]
    public void Apt_has_its_own_state_and_asks_for_signatures()
    {
        var configuration = DebianArchive.Configuration("/cache/apt");
        Assert.Multiple(() =>
        {
            foreach (var place in new[] { "Dir::State", "Dir::State::lists", "Dir::Cache", "Dir::Etc::SourceList" })
                Assert.That(configuration, Does.Contain($"{place} \"/cache/apt"));
            foreach (var place in new[]
            {
                "Dir::Etc::SourceParts", "Dir::Etc::Parts", "Dir::Etc::Main", "Dir::Etc::PreferencesParts"
            })
                Assert.That(configuration, Does.Contain($"{place} \"/dev/null\""));
            Assert.That(configuration, Does.Not.Contain("AllowInsecure").And.Not.Contain("AllowUnauthenticated"));
        });
    }
}
