using Hooktrail.Kernels;
using Hooktrail.Kernels.Archive;

namespace Hooktrail.Tests.Kernels;

/// <summary>What programs a guest has: those of a Debian release, or a user's own Engine.</summary>
[TestFixture]
public class UserlandTests
{
    [Test]
    public void The_versions_of_a_release_are_those_that_its_suite_serves()
    {
        var served = ServedUserland.Parse("""
             docker.io | 28.5.2+dfsg3-2+b2 | http://mirror.example/debian forky/main amd64 Packages
             docker.io | 28.5.2+dfsg3-2 | http://mirror.example/debian sid/main amd64 Packages
             docker.io | 20.10.24+dfsg1-1+deb12u1+b2 | http://mirror.example/debian bookworm/main amd64 Packages
              iptables | 1.8.13-1 | http://mirror.example/debian forky/main amd64 Packages
              iptables | 1.8.9-2 | http://mirror.example/debian bookworm/main amd64 Packages
              nftables | 2:1.1.7-1 | http://mirror.example/debian forky/main amd64 Packages
              nftables | 1.1.3-1 | http://mirror.example/debian trixie/main amd64 Packages
              nftables | 1.0.6-2+deb12u2 | http://mirror.example/debian bookworm/main amd64 Packages
            """);
        Assert.That(served, Is.EqualTo(new[]
        {
            new ServedUserland(Userland.Parse("bookworm"), "20.10.24", "1.8.9", "1.0.6"),
            new ServedUserland(Userland.Parse("forky"), "28.5.2", "1.8.13", "1.1.7"),
        }));
    }

    [Test]
    public void Programs_are_the_ones_that_an_Engine_needs_and_each_must_run_on_Linux()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            Assert.That(
                () => EngineBinaries.Of(folder.FullName),
                Throws.TypeOf<HooktrailException>().With.Message.Contains("has no file dockerd"));
            foreach (var name in new[] { "dockerd", "runc", "README" })
                File.WriteAllText(Path.Combine(folder.FullName, name), "\u007fELF");
            Assert.That(
                EngineBinaries.Of(folder.FullName).Files.Select(Path.GetFileName), Is.EqualTo(new[] { "dockerd", "runc" }));
            File.WriteAllText(Path.Combine(folder.FullName, "runc"), "#!/bin/sh\n");
            Assert.That(
                () => EngineBinaries.Of(folder.FullName),
                Throws.TypeOf<HooktrailException>().With.Message.Contains("runc is not a program for Linux"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
