using Hooktrail.Kernels.Archive;
using Hooktrail.Text;

namespace Hooktrail.Kernels.Runs;

public static class KernelListText
{
    /// <summary>Tables of kernels and userlands, and other names that a command line accepts.</summary>
    /// <remarks>Not all kernels: the newest of each series and suite, and those that have been prepared.</remarks>
    public static string Of(
        ImmutableArray<ServedKernel> served, ImmutableArray<ServedUserland> userlands, Func<ServedKernel, bool> has,
        bool all)
    {
        var table = new TextTable("series", "release", "package", "suite", "");
        var newest = served.GroupBy(kernel => (KernelWish.Series(kernel), kernel.Suite))
            .Select(group => group.MaxBy(kernel => kernel.Version)!)
            .ToHashSet();
        foreach (var kernel in served.Where(kernel => all || newest.Contains(kernel) || has(kernel)))
            table.Add(
                KernelWish.Series(kernel), kernel.Version.ToString(),
                $"{kernel.Package} {kernel.PackageVersion}", kernel.Suite, has(kernel) ? "prepared" : "");
        var programs = new TextTable("userland", "docker", "iptables", "nft", "");
        foreach (var one in userlands)
            programs.Add(
                one.Userland.Suite, one.Docker, one.Iptables, one.Nft,
                one.Userland == Userland.Usual ? "the default" : "");
        return $"""
            {table.Text()}
            A series stands for its newest release, and newest for the newest release of all.{(all ? "" : " --all prints every release.")}
            A kernel of your own: --kernel-image FILE --modules FOLDER, built with what a virtual machine needs (virtio_pci, virtio_blk, virtio_net, ext4, overlay;
            built in or as modules) and with netfilter as Docker needs it.

            {programs.Text()}
            A guest has the programs of one of these Debian releases: --userland. An Engine of your own: --engine-binaries FOLDER.

            """;
    }
}
