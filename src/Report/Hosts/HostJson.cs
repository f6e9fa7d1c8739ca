using System.Text.Json;
using Hooktrail.Hosts.Overview;
using Hooktrail.Records;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Report.Hosts;

/// <summary>What a host is, for other programs; schema/host.schema.json describes it.</summary>
public static class HostJson
{
    public const string Schema = "hooktrail/host/1";

    public static void Write(Stream stream, HostOverview host)
    {
        JsonSerializer.Serialize(
            stream,
            new Form(
                Schema,
                host.Kernel,
                host.Topology,
                [.. host.Topology.Endpoints()],
                [
                    .. host.Tables.Select(table => new Table(
                        table.Layer.Name(), table.Table, table.Chains, table.Modelled, table.BothWays, table.Unknown)),
                ],
                [
                    .. host.Open.Select(one => new OpenRuleForm(
                        one.Chain.Layer.Name(), one.Chain.Table, one.Chain.Name, one.Rule.Text, one.Knowledge,
                        one.What, one.Flows)),
                ]),
            TopologyJson.Options);
        stream.WriteByte((byte)'\n');
    }

    private sealed record Form(
        string Schema, string? Kernel, Topology Topology, ImmutableArray<TopologyEndpoint> Endpoints,
        ImmutableArray<Table> Tables, ImmutableArray<OpenRuleForm> OpenRules);

    private sealed record Table(string Layer, string Name, int Chains, int Modelled, int BothWays, int Unknown);

    private sealed record OpenRuleForm(
        string Layer, string Table, string Chain, string Rule, RuleKnowledge Knowledge, string What, string Packets);
}
