namespace Entourage.Bench.Reporting;

/// <summary>Replaces the measured part of <c>docs/benchmarks.md</c>. The text around it is written by hand.</summary>
internal static class BenchmarksPage
{
    private const string Start = "<!-- measured -->";
    private const string End = "<!-- /measured -->";

    private const string Template = $"""
        # Benchmarks

        ```bash
        dotnet run --project bench/Entourage.Bench -c Release
        ```

        runs every benchmark and writes the table below. The server and the baseline run in separate processes. The database is a SQLite file on disk
        with full durability, so each answered call is on disk.

        {Start}
        {End}

        """;

    /// <summary>Replaces the measured part.</summary>
    /// <returns>The path of the page.</returns>
    /// <exception cref="InvalidDataException">The page has no measured part.</exception>
    public static string Write(string measured)
    {
        var path = Path.Combine(FindRoot(), "docs", "benchmarks.md");
        var page = File.Exists(path) ? File.ReadAllText(path) : Template.ReplaceLineEndings("\n");
        var (start, end) = (page.IndexOf(Start, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (start < 0 || end < start)
        {
            throw new InvalidDataException($"{path} has no {Start} … {End}.");
        }

        File.WriteAllText(path, $"{page[..start]}{Start}\n{measured.ReplaceLineEndings("\n")}{page[end..]}");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Entourage.sln")))
        {
            folder = folder.Parent ?? throw new InvalidDataException($"No Entourage.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
