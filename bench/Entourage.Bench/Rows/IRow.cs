using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>A measurement, on its own servers and database.</summary>
internal interface IRow
{
    /// <summary>The name for the option <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>Runs the measurement.</summary>
    Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial);
}
