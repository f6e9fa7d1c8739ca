using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>
/// What the kernel asks of a packet at a fork of its way, and the statement that this makes true. The walk asks
/// <see cref="Holds"/>. A host that was built without the statement (<see cref="Mutation"/>) answers no for every
/// packet.
/// </summary>
/// <param name="statement">What follows where the condition holds.</param>
/// <param name="place">Where the journal notes the statement; null where the walk notes something more exact.</param>
/// <param name="kernel">The condition as the kernel has it.</param>
internal sealed class Condition(Statement statement, Place? place, Func<Packet, bool> kernel)
{
    public Statement Statement => statement;

    /// <summary>If it holds, the journal notes the statement: ask this condition after all others.</summary>
    public bool Holds(Packet packet)
    {
        if (packet.Host.IsWithout(statement) || !kernel(packet))
            return false;
        if (place is { } noted)
            packet.Journal?.Note(noted, statement);
        return true;
    }
}
