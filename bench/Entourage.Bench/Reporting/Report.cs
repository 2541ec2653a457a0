using System.Globalization;
using System.Text;
using Entourage.Bench.Rows;

namespace Entourage.Bench.Reporting;

/// <summary>Formats the figures as Markdown.</summary>
internal static class Report
{
    /// <summary>Returns a table with a line for each figure, and what was measured where, when and how.</summary>
    public static string Write(IReadOnlyList<Figure> figures, Options options, string? commit, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            {Describe(commit, now)} The load generator shares those cores.
            The sides alternate in runs of {options.Duration.TotalSeconds:0} s, {options.Pairs} of each, after a warm-up of {Side.UsualWarmUp:N0} requests or items each.
            Figures are the median of the ratios, with the smallest and the largest. "At … µs" is the server's processor time for a request, a pair of
            requests or an item.
            """);
        text.AppendLine();
        text.AppendLine("| work | goal | measured | absolute figures on this machine | |");
        text.AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var figure in figures)
        {
            var met = figure.Met switch { true => "met", false => "**not met**", null => "" };
            text.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Work} | {figure.Goal} | {figure.Measured} | {figure.Absolute} | {met} |");
        }

        text.AppendLine();
        text.AppendLine(
            """
            `bare` is the baseline in every row: a controller action in a second, minimal ASP.NET Core host that binds the usage JSON and returns a
            constant session, without a store. The `GET` row compares with the same `POST`. For budget checks beside usages, it serves the `POST` on all
            64 connections, and the row compares with the rate of 32 of them: the share of a server whose requests do not slow each other down.
            """);
        return text.ToString();
    }

    /// <summary>Returns a short table with a line for each row.</summary>
    public static string WriteQuick(IReadOnlyList<(string Row, Rounds Rounds)> rows, string? commit, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.AppendLine(Describe(commit, now));
        text.AppendLine();
        text.AppendLine("| row | rate | relative to | µs | µs of the other | kB |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (row, rounds) in rows)
        {
            var last = rounds.Sides.Count - 1;
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {row} | {rounds.Ratio(last, to: 0).ToString("0.00")} | {rounds.Sides[0].Name} | {Time(last):0.#} | {Time(0):0.#} | {rounds.Of(last, run => run.AllocatedKilobytes).Median:0.0} |");

            double Time(int side) => rounds.Of(side, run => run.ProcessorMicroseconds).Median;
        }

        return text.ToString();
    }

    private static string Describe(string? commit, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"Measured on {now:yyyy-MM-dd} (UTC){(commit is null ? "" : $" at {commit}")}: {Machine.Describe()}.");
}
