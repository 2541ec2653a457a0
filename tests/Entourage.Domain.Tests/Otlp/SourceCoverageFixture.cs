using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

/// <summary>Short forms for the calls and sums of a test.</summary>
internal abstract class SourceCoverageFixture
{
    protected const string Model = "claude-opus-5";

    protected static readonly DateTimeOffset Start = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    protected static SourceAmounts? Sum(SourceCoverage coverage, int from, int until, SourceAmounts amounts, string? key = null) =>
        coverage.TakeSums([Of(key ?? $"{from}-{until}", from, until, Model, amounts)])[0];

    protected static SourceSum Of(string key, int from, int until, string model, SourceAmounts amounts) => new(key, At(from), At(until), model, amounts);

    protected static SourceAmounts Of(decimal input, decimal? cost) => new(input, 0, 0, 0, cost);

    protected static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);
}
