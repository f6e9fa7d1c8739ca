using System.Diagnostics;
using Hooktrail.Conformance;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;
using NUnit.Framework;

namespace Hooktrail.Tests.Conformance;

/// <summary>The matrix itself, without a kernel.</summary>
public class MatrixTests
{
    [Test]
    public void Pure()
    {
        var watch = Stopwatch.StartNew();
        var mutants = new Mutants();
        var (flows, legs) = (0, 0);
        foreach (var host in Matrix.All.Where(h => h.Impossible is null))
        {
            var (f, l) = (flows, legs);
            foreach (var variation in host.Variations)
            {
                var profile = variation.Sketch(host.Sketch);
                foreach (var rule in variation.Changes.OfType<HostChange.Rule>())
                {
                    var w = rule.Command.Split(' ').ToList();
                    var layer = Layers.Parse(w[0]);
                    w.RemoveAt(0);
                    var t = w.IndexOf("-t");
                    var table = t < 0 ? "filter" : w[t + 1];
                    if (t >= 0) w.RemoveRange(t, 2);
                    var insert = w[0] == "-I";
                    w[0] = "-A";
                    try
                    {
                        var read = RuleText.Read(layer, [$"*{table}", string.Join(' ', w)], "x");
                        profile = profile with { Rules = insert ? read.With(profile.Rules) : profile.Rules.With(read) };
                    }
                    catch (HooktrailException e) { TestContext.Out.WriteLine($"{rule.Command}: {e.Message}"); }
                }
                foreach (var nft in variation.Changes.OfType<HostChange.NftTable>())
                    try
                    {
                        profile = profile with { Rules = profile.Rules.With(RuleText.Read(Layer.Nftables, nft.Text.Replace("; ", ";\n").Replace("{ ", "{\n").Replace("}", "}\n").Split('\n'), "x")) };
                    }
                    catch (HooktrailException e) { TestContext.Out.WriteLine($"{nft.Text}: {e.Message}"); }
                var on = mutants.Of(profile);
                foreach (var flow in variation.Flows)
                {
                    try
                    {
                        var said = Prediction.Legs(profile, flow, variation.Packets);
                        flows++;
                        legs += said.Length;
                        on.Show($"{host.Title}, {variation.Title}", flow, variation.Packets, [.. said.Select(one => (one.Leg, one.Trail))]);
                    }
                    catch (HooktrailException e) { TestContext.Out.WriteLine($"{host.Title}, {variation.Title}, {flow}: {e.Message}"); }
                }
            }
            TestContext.Out.WriteLine($"{host.Title}: {host.Variations.Length} variations, {flows - f} flows, {legs - l} legs, {watch.Elapsed.TotalSeconds:0.0} s");
        }
        var fates = mutants.Fates;
        TestContext.Out.WriteLine(ConformanceText.Of(mutants, true));
        TestContext.Out.WriteLine($"{flows} flows, {legs} legs, {fates.Length} mutants, {fates.Count(f => f.Value is not null)} killed");
        foreach (var (mutation, _) in fates.Where(f => f.Value is null))
            TestContext.Out.WriteLine($"  lives: {mutation}");
    }
}
