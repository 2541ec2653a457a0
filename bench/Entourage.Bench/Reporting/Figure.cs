namespace Entourage.Bench.Reporting;

/// <summary>A line of the table.</summary>
/// <param name="Work">The measured work.</param>
/// <param name="Goal">The goal.</param>
/// <param name="Measured">The result: the median of the runs, with the smallest and the largest.</param>
/// <param name="Absolute">The absolute figures on this machine.</param>
/// <param name="Met">Whether the median meets the goal; null without a goal.</param>
internal sealed record Figure(string Work, string Goal, string Measured, string Absolute, bool? Met);
