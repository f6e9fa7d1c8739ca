namespace Hooktrail.Model.Netfilter;

/// <summary>Takes every order that chains with one priority can have, where it is not known which was first.</summary>
internal static class Orders
{
    /// <summary>
    /// The entries, of which the first and others have no known order, in the order of the course which is walked.
    /// </summary>
    /// <param name="entries">What is still to be asked at a hook.</param>
    /// <param name="isAmong">Whether an entry is one of those without a known order. They follow each other.</param>
    /// <param name="nameOf">The name of an entry.</param>
    /// <param name="at">The hook point at which it matters.</param>
    /// <param name="packet">The packet.</param>
    public static ImmutableArray<T> Choose<T>(
        ImmutableArray<T> entries, Func<T, bool> isAmong, Func<T, string> nameOf, HookPoint at, Packet packet)
        where T : class
    {
        ImmutableArray<T> among = [.. entries.TakeWhile(isAmong)];
        var question = $"the order of {string.Join(" and ", among.Select(nameOf))}";
        var orders = Of(among).ToList();
        var chosen = packet.Connections.Choices.Choose(
            [
                .. orders.Select(order => (ImmutableArray<Supposition>)
                    [new(at, question, $"is {string.Join(", ", order.Select(nameOf))}")]),
            ],
            packet, question);
        return [.. orders[chosen], .. entries.Skip(among.Length)];
    }

    private static IEnumerable<ImmutableArray<T>> Of<T>(ImmutableArray<T> some)
        where T : class => some.Length < 2
        ? [some]
        : from first in some
          from rest in Of(some.Remove(first))
          select rest.Insert(0, first);
}
