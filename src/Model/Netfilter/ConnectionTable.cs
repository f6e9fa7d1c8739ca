namespace Hooktrail.Model.Netfilter;

/// <summary>The confirmed connections. A flow of the lab is one, so one entry is all there ever is.</summary>
internal sealed class ConnectionTable
{
    /// <summary>The entry; null until a first packet has made it through the host.</summary>
    public Connection? Entry { get; set; }
}
