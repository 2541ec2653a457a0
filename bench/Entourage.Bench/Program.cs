using Entourage.Bench;
using Entourage.Bench.Bare;
using Entourage.Bench.Load;
using Entourage.Bench.Pages;
using Entourage.Bench.Reporting;
using Entourage.Bench.Rows;

if (args is [BareHost.Command, ..])
{
    await BareHost.RunAsync(args[1..]);
    return 0;
}

if (args is [Pictures.Command, ..])
{
    await Pictures.TakeAsync(args[1..]);
    return 0;
}

IReadOnlyList<IRow> rows =
[
    new UsageRow(),
    new HotRow(),
    new KeysRow(),
    new BudgetRow(),
    new ReserveRow(),
    new BatchRow(),
    new OtlpRow(),
    new LatencyRow(),
    new ReplicasRow(),
    new MemoryRow(),
    new StartRow(),
    new DiskRow(),
    new SharedBudgetRow(),
    new GrowthRow(),
    new StopRow(),
    new EventsRow(),
    new PageRow(),
    new DashboardsRow(),
    new BrowsersRow(),
    new BackupRow(),
    new AbuseRow(),
    new RunRow(),
];

Options options;
try
{
    options = Options.Parse(args);
    if (options.Only.Except(rows.Select(row => row.Name)).FirstOrDefault() is { } unknown)
    {
        throw new FormatException($"Unknown row {unknown}.");
    }
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Message}\n{Options.Usage}\nRows: {string.Join(", ", rows.Select(row => row.Name))}");
    return 2;
}

GeneratorSockets.Prepare();
var trial = new Trial(options, Console.Error);
var figures = new List<Figure>();
var failed = 0;
foreach (var row in rows.Where(row => options.Only.Count == 0 || options.Only.Contains(row.Name)))
{
    await Console.Error.WriteLineAsync(row.Name);
    try
    {
        figures.AddRange(await row.MeasureAsync(trial));
    }
    catch (Exception exception)
    {
        // Any failure: the other rows are still measured.
        await Console.Error.WriteLineAsync($"  {row.Name} failed: {exception.Message}");
        failed++;
    }
}

var report = Report.Write(figures, options, TimeProvider.System.GetUtcNow());
Console.WriteLine(report);

// Update the page only if it will contain all rows.
if (failed == 0 && options.Only.Count == 0)
{
    await Console.Error.WriteLineAsync($"Written to {BenchmarksPage.Write(report)}");
}

return failed == 0 ? 0 : 1;
