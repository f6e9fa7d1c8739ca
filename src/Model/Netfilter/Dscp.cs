using System.Numerics;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The values that a packet's DSCP may have, a bit each. Which one a sender writes decides no way, but a rule can ask.
/// </summary>
internal readonly record struct Dscp(ulong Possible)
{
    private const int Values = 64;

    /// <summary>0 as most programs leave it, or the mark by which a lab knows its packets, a multiple of 4.</summary>
    public static readonly Dscp OfSender = Of(value => value % 4 == 0);

    /// <summary>
    /// That of an ICMP error: internetwork control, with the sender's bits that are no precedence (net/ipv4/icmp.c,
    /// <c>__icmp_send</c>, IPTOS_PREC_INTERNETCONTROL).
    /// </summary>
    public static readonly Dscp OfIcmpError = Of(value => value is 48 or 52);

    /// <summary>Whether the masked value is <paramref name="value"/>, for each of the possible ones.</summary>
    public Truth Is(int value, int mask)
    {
        var holding = Possible & Of(one => (one & mask) == value).Possible;
        return holding == 0 ? Truth.No : holding == Possible ? Truth.Yes : Truth.Unknown;
    }

    /// <summary><c>(dscp and not mask) xor value</c>.</summary>
    public Dscp With(int value, int mask)
    {
        var (left, after) = (Possible, 0UL);
        for (; left != 0; left &= left - 1)
            after |= 1UL << (((BitOperations.TrailingZeroCount(left) & ~mask) ^ value) & (Values - 1));
        return new(after);
    }

    private static Dscp Of(Func<int, bool> holds)
    {
        var possible = 0UL;
        for (var value = 0; value < Values; value++)
            possible |= holds(value) ? 1UL << value : 0;
        return new(possible);
    }
}
