namespace Entourage.Bench.Simulation;

/// <summary>
/// What usages cost, in microseconds of processor time unless said otherwise. The defaults are assumptions. <c>simulate --compare</c> prints the options for
/// what was measured.
/// </summary>
internal sealed record ServiceTimes
{
    /// <summary>The servers' time for a usage: HTTP, JSON and its decision.</summary>
    public double ApiUsage { get; init; } = 250;

    /// <summary>The servers' time for a command: building it, sending it and reading its answer.</summary>
    public double ApiCommand { get; init; } = 150;

    /// <summary>
    /// The part of <see cref="ApiUsage"/> that is spent inside the transaction, while the organisation is locked. Assumed, because processor times a usage
    /// do not show it.
    /// </summary>
    public double DecisionShare { get; init; } = 0.3;

    /// <summary>The database's time for a usage, half of it in the command that reads and half in the one that writes.</summary>
    public double DatabaseUsage { get; init; } = 300;

    /// <summary>The database's time for a command, however many usages it has: parsing, planning, locks.</summary>
    public double DatabaseCommand { get; init; } = 400;

    /// <summary>The time of a flush of the log, in microseconds.</summary>
    public double LogFlush { get; init; } = 500;

    /// <summary>The load generator's time for a usage. It counts only on a shared machine.</summary>
    public double LoadUsage { get; init; }
}
