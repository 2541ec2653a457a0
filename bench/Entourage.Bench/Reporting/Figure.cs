namespace Entourage.Bench.Reporting;

/// <summary>A line of the table.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Goal">What it should reach.</param>
/// <param name="Measured">What it did: the median of the runs with the smallest and the largest.</param>
/// <param name="Absolute">The figures behind it, on this machine.</param>
/// <param name="Met">Whether the median is within the goal; null where there is none.</param>
internal sealed record Figure(string Work, string Goal, string Measured, string Absolute, bool? Met);
