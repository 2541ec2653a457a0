using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>A row that compares loads on one <see cref="Stage"/>. A quick measurement runs several of these rows on the same stage.</summary>
internal interface IComparison : IRow
{
    /// <summary>Creates the loads. The last one is compared with the first one.</summary>
    Task<IReadOnlyList<Side>> PrepareAsync(Stage stage);

    /// <summary>Returns the lines of the table.</summary>
    IReadOnlyList<Figure> Describe(Rounds rounds);

    async Task<IReadOnlyList<Figure>> IRow.MeasureAsync(Trial trial)
    {
        await using var stage = await Stage.CreateAsync();
        return Describe(await trial.AlternateAsync(await PrepareAsync(stage)));
    }
}
