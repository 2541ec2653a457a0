using System.Diagnostics;
using System.Globalization;
using Entourage.Testing;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>
/// Valid, nearly valid and hostile requests made from the served API description: none breaks the server, each is answered as
/// documented, and all totals agree in the end. <c>ENTOURAGE_FUZZ_REQUESTS</c> sets how many (1,000 by default),
/// <c>ENTOURAGE_FUZZ_CONCURRENCY</c> how many run concurrently, and <c>ENTOURAGE_FUZZ_SEED</c> the seed.
/// </summary>
internal sealed class FuzzTests
{
    // Long enough that code is compiled and caches are full after the second part. Beyond that, memory grows only through a leak.
    private const int LongRun = 200_000;
    private const int Parts = 10;
    private const double MaxGrowth = 1.03;

    // The webhooks of a run use a loopback port where no server listens.
    private static readonly Dictionary<string, string> Settings = new() { ["Webhooks:AllowPrivateAddresses"] = "true", ["Logging:LogLevel:Default"] = "None" };

    [Test]
    public async Task Every_request_is_answered_as_documented_and_the_totals_agree()
    {
        var (count, concurrency, seed) = (Number("REQUESTS", 1_000), Number("CONCURRENCY", 4), Number("SEED", 1));
        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings);
        var operations = await FuzzOperation.ReadAsync(host.Api);
        using var run = new FuzzRun(host, operations, seed);
        var began = Stopwatch.GetTimestamp();

        await run.SucceedAsync(count);
        var memory = new (long WorkingSet, long Heap)[Parts];
        for (var part = 0; part < Parts; part++)
        {
            var (from, to) = (count * part / Parts, count * (part + 1) / Parts);
            await run.SendAsync(from, to - from, concurrency);
            memory[part] = Memory();
        }

        TestContext.Out.WriteLine(
            $"{count} requests for {operations.Count} operations from seed {seed} in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s; "
            + $"MiB after each tenth, all and of objects: {string.Join(", ", memory.Select(after => $"{after.WorkingSet >> 20}/{after.Heap >> 20}"))}; "
            + $"never a success: {string.Join(", ", run.Unsuccessful)}; "
            + string.Join(", ", run.Statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}")));
        Assert.That(run.Faults, Is.Empty, string.Join("\n\n", run.Faults));
        Assert.That(run.Unsuccessful.Select(operation => operation.ToString()), Is.Empty, "These operations never succeeded.");
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
        if (count >= LongRun)
        {
            Assert.That(memory[^1].WorkingSet, Is.LessThanOrEqualTo(memory[1].WorkingSet * MaxGrowth));
        }
    }

    private static (long WorkingSet, long Heap) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true));
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable($"ENTOURAGE_FUZZ_{name}"), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
