using Hooktrail.Labs;

namespace Hooktrail.Tests.Rules;

public sealed class HookListsTests
{
    private const string Ask = """
        mkdir programs
        printf '#!/bin/sh\n[ "$*" != "list hooks" ] || echo >>"%s"\n' "$PWD/asked" >programs/nft
        chmod +x programs/nft
        : >asked
        unshare --mount sh -c 'mount --bind symbols /proc/kallsyms && mount --bind boot /proc/sys/kernel/random/boot_id' || exit 77
        unshare --mount sh -ec '
            mount --bind symbols /proc/kallsyms; mount --bind boot /proc/sys/kernel/random/boot_id
            PATH=$PWD/programs:$PATH bash script'
        echo "asked=$(wc -l <asked)"
        """;

    [TestCase("0 t nfnl_hook_get\t[nfnetlink_hook]", 2, Description = "no hook is in use yet")]
    [TestCase("0 t nft_chain_hook", 1)]
    public void A_kernel_without_a_list_of_its_hooks_is_asked_once(string symbol, int times)
    {
        string Facts() => PrivateNamespace.Run(
            Ask,
            ("script", HostFacts.Script()),
            ("symbols", $"0 T _text\n{symbol}\n"),
            ("boot", $"boot-of-{symbol.Length}\n"));
        int Asked(string facts) => int.Parse(facts.TrimEnd().Split("asked=")[1], CultureInfo.InvariantCulture);

        var first = Facts();
        HostFacts.Parse(first.Split('\n'));
        Assert.That(Asked(first), Is.EqualTo(1));
        Assert.That(Asked(first) + Asked(Facts()), Is.EqualTo(times));
    }
}
