namespace Entourage.Bench.Simulation;

/// <summary>The simulated database.</summary>
/// <param name="clock">The clock.</param>
/// <param name="scenario">The scenario.</param>
/// <param name="cores">Its cores.</param>
internal sealed class Database(Clock clock, Scenario scenario, Cores cores)
{
    private readonly Slots[] locks = [.. Enumerable.Range(0, scenario.Organisations).Select(_ => new Slots(1))];

    /// <summary>Its log.</summary>
    public CommitLog Log { get; } = new(
        clock,
        scenario.Times.LogFlush / 1e6,
        scenario.LogMegabytesPerSecond > 0 ? scenario.LogMegabytesPerSecond * 1e6 : double.PositiveInfinity);

    /// <summary>Grants the lock of an organisation.</summary>
    public async Task LockAsync(int organisation)
    {
        await cores.UseAsync(scenario.Times.DatabaseCommand / 1e6);
        await locks[organisation].TakeAsync();
    }

    /// <summary>Reads what a group needs.</summary>
    public Task ReadAsync(int usages) => WorkAsync(usages);

    /// <summary>Writes a group and commits it.</summary>
    /// <param name="organisation">The organisation.</param>
    /// <param name="usages">The number of usages.</param>
    /// <param name="releases">Whether the same command then releases the lock.</param>
    public async Task WriteAsync(int organisation, int usages, bool releases)
    {
        await WorkAsync(usages);
        await Log.CommitAsync(scenario.LogBytesPerGroup + (usages * scenario.LogBytesPerUsage));
        if (releases)
        {
            locks[organisation].Release();
        }
    }

    private Task WorkAsync(int usages) => cores.UseAsync((scenario.Times.DatabaseCommand + (usages * scenario.Times.DatabaseUsage / 2)) / 1e6);
}
