using Entourage.Domain;

namespace Entourage.Dashboard.Components;

/// <summary>A column of a chart.</summary>
/// <param name="Name">The full name, for example a day.</param>
/// <param name="Mark">A short name for the axis.</param>
/// <param name="Value">The amount.</param>
public sealed record Column(string Name, string Mark, MoneyTotal Value);
