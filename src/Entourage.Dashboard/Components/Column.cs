using Entourage.Domain;

namespace Entourage.Dashboard.Components;

/// <summary>A column of a chart.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Mark">The same, short enough to stand below it.</param>
/// <param name="Value">How high it is.</param>
public sealed record Column(string Name, string Mark, MoneyTotal Value);
