using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Something that is measured, on servers and a database of its own.</summary>
internal interface IRow
{
    /// <summary>What the option <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>Measures it.</summary>
    Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial);
}
