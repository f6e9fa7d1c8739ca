namespace Hooktrail.Judging;

/// <summary>
/// A feature's claims about a trail. They may cover only some layers («in ebtables»), only some fields, and may leave
/// open how the trail ends.
/// </summary>
/// <remarks>
/// A table claims every hop at the built-in chains of ebtables, iptables, ip6tables and arptables. Of nft's base chains
/// it claims only those that it names, because a host may have more: those of firewalld, of Docker's nftables backend,
/// of its administrator. <see cref="Exactly"/> claims all.
/// </remarks>
/// <param name="Hops">The hops, in order: all that the trail may have at the claimed hook points.</param>
/// <param name="Layers">The layers of which it claims every hop; empty for all layers.</param>
/// <param name="Outcome">How the trail must end; null if the feature leaves it open.</param>
public sealed record ExpectedTrail(
    ImmutableArray<ExpectedHop> Hops,
    ImmutableArray<Layer> Layers,
    Outcome? Outcome)
{
    /// <summary>Claims everything about a trail.</summary>
    public static ExpectedTrail Of(Trail trail) => new([.. trail.Hops.Select(ExpectedHop.Of)], [], trail.Outcome);

    /// <summary>The layers whose chains every host has.</summary>
    private static readonly ImmutableArray<Layer> Tools =
        [Layer.Ebtables, Layer.Iptables, Layer.Ip6tables, Layer.Arptables];

    /// <summary>Whether it claims the hops at a hook point: the trail must have no other hops there.</summary>
    public bool SpeaksOf(HookPoint point) =>
        Layers.IsEmpty || Layers.Contains(point.Layer) || Hops.Any(hop => hop.Point == point);

    /// <summary>The same hops, as a claim about the whole trail: <c>crosses exactly</c>.</summary>
    public ExpectedTrail Exactly() => this with { Layers = [] };

    /// <summary>
    /// Parses a feature's table. The table needs the columns layer, table and chain, and may have those of <see
    /// cref="HopField"/>. An empty cell claims «no device»; a missing column claims nothing.
    /// </summary>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">The cells of each row, as many as there are columns.</param>
    /// <param name="only">The one layer of which the table claims every hop; null for all.</param>
    /// <exception cref="HooktrailException">
    /// A column is unknown, missing or repeated, a row is too long or too short, or there is no such hook point.
    /// </exception>
    public static ExpectedTrail OfTable(
        IReadOnlyList<string> header,
        IEnumerable<IReadOnlyList<string>> rows,
        Layer? only = null)
    {
        var (tool, table, chain) = (Column(header, "layer"), Column(header, "table"), Column(header, "chain"));
        var fields = Fields(header);
        var hops = ImmutableArray.CreateBuilder<ExpectedHop>();
        foreach (var row in rows)
        {
            var at = $"Row {hops.Count + 1} of the table";
            if (row.Count != header.Count)
                throw new HooktrailException(
                    $"{at} has {row.Count} cells for {header.Count} columns; give each column a cell, empty for no device.");

            var point = Point(at, row[tool], row[table], row[chain]);
            if (only is { } layer && point.Layer != layer)
                throw new HooktrailException(
                    $"{at} is about {point.Layer.Name()}, but the table covers only {layer.Name()}; remove the row, or use a step for all layers.");

            hops.Add(new(
                point,
                [
                    .. fields.Select(
                        one => new ExpectedField(one.Field, row[one.Column] is "" ? null : row[one.Column]))
                ]));
        }
        return new(hops.ToImmutable(), only is { } one ? [one] : Tools, null);
    }

    /// <summary>
    /// The last hook point of a trail, ignoring all nft chains except <paramref name="point"/>; null for a trail
    /// without such a hop. On a host with more chains, the packet may cross one of them later.
    /// </summary>
    public static HookPoint? LastSeen(Trail trail, HookPoint point) =>
        trail.Hops.LastOrDefault(hop => Tools.Contains(hop.Point.Layer) || hop.Point == point)?.Point;

    /// <inheritdoc/>
    public bool Equals(ExpectedTrail? other) =>
        other is not null && Outcome == other.Outcome
        && Hops.AsSpan().SequenceEqual(other.Hops.AsSpan()) && Layers.AsSpan().SequenceEqual(other.Layers.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Hops.Length, Layers.Length, Outcome);

    private static int Column(IReadOnlyList<string> header, string name)
    {
        for (var column = 0; column < header.Count; column++)
            if (header[column] == name)
                return column;
        throw new HooktrailException($"The table has no column \"{name}\"; it needs layer, table and chain.");
    }

    private static ImmutableArray<(HopField Field, int Column)> Fields(IReadOnlyList<string> header)
    {
        var fields = ImmutableArray.CreateBuilder<(HopField, int)>();
        for (var column = 0; column < header.Count; column++)
        {
            var name = header[column];
            if (header.Take(column).Contains(name))
                throw new HooktrailException($"The table has two columns \"{name}\"; remove one.");
            if (HopFields.Find(name) is { } field)
                fields.Add((field, column));
            else if (name is not ("layer" or "table" or "chain"))
                throw new HooktrailException(
                    $"The table has an unknown column \"{name}\"; besides layer, table and chain it may have {Names()}.");
        }
        return fields.ToImmutable();
    }

    private static HookPoint Point(string at, string layer, string table, string chain)
    {
        try
        {
            return HookPoints.Parse(layer, table, chain);
        }
        catch (HooktrailException wrong)
        {
            throw new HooktrailException($"{at}: {wrong.Message}", wrong);
        }
    }

    private static string Names()
    {
        var names = new List<string>();
        foreach (var field in HopFields.All)
            names.Add(field.Name());
        return string.Join(", ", names);
    }
}
