namespace Hooktrail.Model.Accounting;

/// <summary>What a host notes of its packets. More takes more time.</summary>
internal enum Noting
{
    Nothing,

    /// <summary>Why a packet takes its way, with the rules that decided or changed something.</summary>
    WhatDecided,

    /// <summary>The same, with every rule that was asked.</summary>
    EveryRule,
}
