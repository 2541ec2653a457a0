using System.Globalization;
using System.Text;

namespace Entourage.Bench.Reporting;

/// <summary>What was measured, as Markdown.</summary>
internal static class Report
{
    /// <summary>Says what was measured where, when and how, with a line for each figure.</summary>
    public static string Write(IReadOnlyList<Figure> figures, Options options, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            Measured on {now:yyyy-MM-dd} (UTC): {Machine.Describe()}. The load generator shares those cores.
            Runs of {options.Duration.TotalSeconds:0} s that alternate, {options.Pairs} of each side after a warm-up;
            the median of the ratios, with the smallest and the largest.
            """);
        text.AppendLine();
        text.AppendLine("| work | goal | measured | behind it, on this machine | |");
        text.AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var figure in figures)
        {
            var met = figure.Met switch { true => "met", false => "**not met**", null => "" };
            text.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Work} | {figure.Goal} | {figure.Measured} | {figure.Absolute} | {met} |");
        }

        text.AppendLine();
        text.AppendLine(
            """
            `bare` is the same for every row: a controller action in a second, minimal ASP.NET Core host that binds the usage JSON and answers a
            constant session, with no store behind it. It is posted to in the `GET` row, too.
            """);
        return text.ToString();
    }
}
