using System.Globalization;
using System.Text;

namespace Entourage.Bench.Reporting;

/// <summary>Formats the figures as Markdown.</summary>
internal static class Report
{
    /// <summary>Returns a table with a line for each figure, and where, when and how it was measured.</summary>
    public static string Write(IReadOnlyList<Figure> figures, Options options, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            Measured on {now:yyyy-MM-dd} (UTC): {Machine.Describe()}. The load generator shares those cores.
            The sides alternate in runs of {options.Duration.TotalSeconds:0} s, {options.Pairs} of each after a warm-up.
            Figures are the median of the ratios, with the smallest and the largest.
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
            constant session, without a store. The `GET` row compares with the same `POST`.
            """);
        return text.ToString();
    }
}
