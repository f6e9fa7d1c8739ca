using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public class CompareTests
{
    private static readonly Flow ToWan = new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);
    private static readonly HostProfile Old = HostProfile.Default with { Kernel = new(5, 4) };

    [Test]
    public async Task Expected_differences_are_no_failure_and_say_their_cause()
    {
        using var folder = new TemporaryFolder();
        var ran = await Specs.Run(
            "compare", Write(folder, "old.json", Old), Write(folder, "new.json", HostProfile.Default));
        Assert.Multiple(() =>
        {
            Assert.That((ran.ExitCode, ran.Error), Is.EqualTo((0, "")));
            Assert.That(ran.Output, Does.Contain("2 differences, expected from the hosts: 1 cause.").And.Contain(
                "\n1  Linux 5.5: POSTROUTING knows the device in: 2 legs\n"));
        });
    }

    [Test]
    public async Task A_difference_that_is_not_expected_is_exit_code_1_in_every_format()
    {
        using var folder = new TemporaryFolder();
        var (before, after) = (
            Write(folder, "before.json", HostProfile.Default),
            Write(folder, "after.json", HostProfile.Default, trail => trail with { Hops = trail.Hops.RemoveAt(0) }));
        foreach (var (format, said) in new[]
        {
            ("text", "Not explained: 2 legs"),
            ("markdown", "### Not explained"),
            ("json", "\"unexplained\": ["),
            ("html", "<title>Hooktrail: Differences</title>")
        })
        {
            var ran = await Specs.Run("compare", before, after, "--format", format);
            Assert.That(ran.ExitCode, Is.EqualTo(1), $"{format}: {ran.Error}");
            Assert.That(ran.Output, Does.Contain(said), format);
        }
    }

    [Test]
    public async Task Many_runs_are_held_against_the_first_by_their_folders_names()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, kernel) in new[] { ("5.4-nft", "5.4"), ("6.1-nft", "6.1"), ("6.12-nft", "6.12") })
        {
            Directory.CreateDirectory(Path.Combine(folder.Name, name));
            Write(
                folder,
                Path.Combine(name, "trails.json"),
                HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) });
        }

        var to = Path.Combine(folder.Name, "all.txt");
        var ran = await Specs.Run(
            "compare", Path.Combine(folder.Name, "5.4-nft"), Path.Combine(folder.Name, "6.1-nft"),
            Path.Combine(folder.Name, "6.12-nft"), "--out", to);
        Assert.Multiple(() =>
        {
            Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((0, "")));
            Assert.That(
                File.ReadAllText(to), Does.Match(@"(?m)^journey +6\.1-nft +6\.12-nft\nclient → wan +≠ 2/2 +≠ 2/2$"));
        });
    }

    [Test]
    public async Task A_report_of_runs_has_the_differences_where_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var (before, after) = (Write(folder, "before.json", Old), Write(folder, "after.json", HostProfile.Default));
        var (with, without, alone) = (
            await Specs.Run("report", before, after, "--compare", "--out", "-"),
            await Specs.Run("report", before, after, "--out", "-"),
            await Specs.Run("report", before, "--compare", "--out", "-"));
        Assert.Multiple(() =>
        {
            Assert.That(with.Output, Does.Contain("id=\"compared\"").And.Contain("id=\"front\""));
            Assert.That(without.Output, Does.Not.Contain("id=\"compared\""));
            Assert.That(
                (alone.ExitCode, alone.Error),
                Is.EqualTo((2, "specs: --compare needs at least two files; add a file, or remove --compare.\n")));
        });
    }

    [Test]
    public async Task What_is_kept_before_an_upgrade_is_checked_after_it()
    {
        using var folder = new TemporaryFolder();
        var baselines = Path.Combine(folder.Name, "kept");
        var saved = await Specs.Run(
            "baseline", "save", "before-upgrade", Write(folder, "old.json", Old), "--dir", baselines);
        var listed = await Specs.Run("baseline", "list", "--dir", baselines);
        var same = await Specs.Run(
            "baseline", "check", "before-upgrade", Write(folder, "again.json", Old), "--dir", baselines);
        var upgraded = await Specs.Run(
            "baseline", "check", "before-upgrade", Write(folder, "new.json", HostProfile.Default), "--dir", baselines);
        var broken = await Specs.Run(
            "baseline", "check", "before-upgrade",
            Write(folder, "broken.json", HostProfile.Default, trail => trail with { Hops = [] }), "--dir", baselines);
        var read = await Specs.Run("explain", Path.Combine(baselines, "before-upgrade.json"));
        Assert.Multiple(() =>
        {
            Assert.That(
                (saved.ExitCode, saved.Output),
                Is.EqualTo((0, $"{Path.Combine(baselines, "before-upgrade.json")}\n")),
                saved.Error);
            Assert.That(listed.Output, Is.EqualTo("before-upgrade  Linux 5.4, iptables-nft, ebtables-nft, 2 legs\n"));
            Assert.That(same.ExitCode, Is.Zero);
            Assert.That(same.Output, Does.Contain("No leg differs."));
            Assert.That(upgraded.ExitCode, Is.Zero);
            Assert.That(upgraded.Output, Does.Contain("Linux 5.5"));
            Assert.That(broken.ExitCode, Is.EqualTo(1));
            Assert.That(read.Output, Does.Contain("as predicted"), "other verbs read a baseline");
            Assert.That(Directory.GetFiles(baselines), Has.Length.EqualTo(1), "nothing else is left there");
        });
    }

    [Test]
    public async Task A_baseline_is_named_like_a_file_and_the_last_run_is_meant_where_none_is_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "trails.json", Old);
        (string, string?)[] environment =
            [("SPECS_OUT", folder.Name), ("SPECS_BASELINES", Path.Combine(folder.Name, "kept"))];
        var saved = await Specs.Start("dotnet", [Specs.Path, "baseline", "save", "now"], null, environment);
        var compared = await Specs.Start("dotnet", [Specs.Path, "compare", "now", folder.Name], null, environment);
        Assert.That((saved.ExitCode, compared.ExitCode), Is.EqualTo((0, 0)), saved.Error + compared.Error);
        Assert.That(compared.Output, Does.StartWith("  now: Linux 5.4"));
    }

    [Test]
    public async Task A_baseline_is_replaced_only_by_force()
    {
        using var folder = new TemporaryFolder();
        var (old, now) = (Write(folder, "old.json", Old), Write(folder, "new.json", HostProfile.Default));
        await Specs.Run("baseline", "save", "one", old, "--dir", folder.Name);
        var refused = await Specs.Run("baseline", "save", "one", now, "--dir", folder.Name);
        var forced = await Specs.Run("baseline", "save", "one", now, "--dir", folder.Name, "--force");
        Assert.Multiple(() =>
        {
            Assert.That(refused.ExitCode, Is.EqualTo(2));
            Assert.That(refused.Error, Does.EndWith("choose another name, or replace it with --force.\n"));
            Assert.That(forced.ExitCode, Is.Zero);
            Assert.That(File.ReadAllText(Path.Combine(folder.Name, "one.json")), Does.Contain("\"kernel\": \"6.18\""));
        });
    }

    [TestCase("compare one", "see ./specs compare --help.")]
    [TestCase("compare nowhere.json nowhere.json", "\"nowhere.json\" is neither a file, nor an output folder of a run, nor a baseline: the folder baselines is empty; name one of these, and see ./specs baseline --help.")]
    [TestCase("compare / /", "The folder \"/\" has no trails.json; name an output folder of a run, or a file.")]
    [TestCase("baseline", "No verb given; use one of save, check, list, document; see ./specs baseline --help.")]
    [TestCase("baseline keep x", "Unknown verb \"keep\"; the verbs are save, check, list, document; see ./specs baseline --help.")]
    [TestCase("baseline save", "see ./specs baseline save --help.")]
    [TestCase("baseline save ../x", "\"../x\" is not a valid baseline name; use letters, digits, dots, hyphens and underscores, at most 100, beginning with a letter or a digit.")]
    [TestCase("baseline check none", "There is no baseline \"none\": the folder baselines is empty; save one with ./specs baseline save none.")]
    [TestCase("baseline document", "There is no baseline in the folder baselines; choose another folder with --dir.")]
    public async Task Bad_input_is_one_sentence(string line, string sentence)
    {
        var ran = await Specs.Line(line);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error.TrimEnd('\n'), Does.StartWith("specs: ").And.EndsWith(sentence));
        });
    }

    [Test]
    public async Task A_prediction_cannot_be_kept_and_an_unknown_format_is_named()
    {
        using var folder = new TemporaryFolder();
        var prediction = folder.Write(
            "predicted.json", (await Specs.Line("predict --from client --to wan --protocol icmp --json")).Output);
        var kept = await Specs.Run("baseline", "save", "x", prediction, "--dir", folder.Name);
        var shown = await Specs.Run("compare", prediction, prediction, "--format", "pdf");
        Assert.That(
            (kept.ExitCode, kept.Error),
            Is.EqualTo(
                (
                    2,
                    "specs: There is no observed trail to save as \"x\"; name a trails.json from a run, observe --json or conform.\n")));
        Assert.That(
            (shown.ExitCode, shown.Error),
            Is.EqualTo((2, "specs: Unknown format \"pdf\"; the formats are text, markdown, json and html.\n")));
    }

    // What a run on such a host, or on one with another kernel behaviour, would write.
    private static string Write(
        TemporaryFolder folder, string name, HostProfile host, Func<Trail, Trail>? otherwise = null)
    {
        using var stream = new MemoryStream();
        TrailsJson.Write(stream, new(host,
        [
            .. Prediction.Legs(host, ToWan).Select(leg => new LegRecord(
                ToWan, leg.Leg, leg.Trail, otherwise is null ? leg.Trail : otherwise(leg.Trail))
            {
                Verdict = otherwise is null ? LegVerdict.Agreed : LegVerdict.Disagreed,
            }),
        ]));
        return folder.Write(name, System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
