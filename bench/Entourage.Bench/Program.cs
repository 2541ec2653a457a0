using Entourage.Bench;
using Entourage.Bench.Bare;
using Entourage.Bench.Load;
using Entourage.Bench.Pages;
using Entourage.Bench.Reporting;
using Entourage.Bench.Rows;
using Entourage.Bench.Servers;
using Entourage.Bench.Simulation;
using Entourage.Bench.Upstreams;

if (args is [BareHost.Command, ..])
{
    await BareHost.RunAsync(args[1..]);
    return 0;
}

if (args is [ProviderHost.Command, ..])
{
    await ProviderHost.RunAsync(args[1..]);
    return 0;
}

if (args is [ForwarderHost.Command, ..])
{
    await ForwarderHost.RunAsync(args[1..]);
    return 0;
}

if (args is [Pictures.Command, ..])
{
    await Pictures.TakeAsync(args[1..]);
    return 0;
}

if (args is [CrowdCommand.Name, ..])
{
    return await CrowdCommand.RunAsync(args[1..]);
}

if (args is [SimulateCommand.Name, ..])
{
    return SimulateCommand.Run(args[1..]);
}

IReadOnlyList<IRow> rows =
[
    new UsageRow(),
    new SharedCountersRow(),
    new KeysRow(),
    new BudgetRow(),
    new BesideRow(),
    new ReserveRow(),
    new BatchRow(),
    new OtlpRow(),
    new SessionsRow(),
    new LatencyRow(),
    new ReplicasRow(),
    new SqlServerRow(),
    new MemoryRow(),
    new StartRow(),
    ColdRow.Usage(),
    ColdRow.Reserve(),
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
    new GatewayRow(),
    new GatewayStreamsRow(),
    new GatewayMemoryRow(),
    new GatewayStopRow(),
];

// Hot: does a usage or a budget check cost more than it did?
var groups = new Dictionary<string, string[]>
{
    ["hot"] = ["usage", "budget", "beside", "reserve", "batch"],
    ["cold"] = ["cold-usage", "cold-reserve"],
};

Options options;
IReadOnlyList<IRow> selected;
try
{
    options = Options.Parse(args);
    selected = Select(options);
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync(
        $"{exception.Message}\n{Options.Usage}\nRows: {string.Join(", ", rows.Select(row => row.Name))}\nGroups: {string.Join(", ", groups.Keys)}");
    return 2;
}

GeneratorSockets.Prepare();
var trial = new Trial(options, Console.Error);
var commit = await Repository.DescribeCommitAsync(Path.GetDirectoryName(ServerProcess.Program)!);
if (options.Quick)
{
    Console.WriteLine(Report.WriteQuick(await trial.CompareAsync([.. selected.Cast<IComparison>()]), commit, TimeProvider.System.GetUtcNow()));
    return 0;
}

var figures = new List<Figure>();
var failed = 0;
foreach (var row in selected)
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

var report = Report.Write(figures, options, commit, TimeProvider.System.GetUtcNow());
Console.WriteLine(report);

// Update the page only if it will contain all rows.
if (failed == 0 && options.Only.Count == 0)
{
    await Console.Error.WriteLineAsync($"Written to {BenchmarksPage.Write(report)}");
}

return failed == 0 ? 0 : 1;

IReadOnlyList<IRow> Select(Options options)
{
    string[] names = [.. options.Only.SelectMany(name => groups.GetValueOrDefault(name, [name]))];
    if (names.Except(rows.Select(row => row.Name)).FirstOrDefault() is { } unknown)
    {
        throw new FormatException($"Unknown row {unknown}.");
    }

    IRow[] some = names.Length == 0 ? [.. rows] : [.. rows.Where(row => names.Contains(row.Name))];
    return options.Quick && some.FirstOrDefault(row => row is not IComparison) is { } slow
        ? throw new FormatException($"The row {slow.Name} cannot be measured with --quick.")
        : some;
}
