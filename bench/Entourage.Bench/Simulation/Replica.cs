namespace Entourage.Bench.Simulation;

/// <summary>A simulated server. It groups usages and writes them as <c>LedgerLanes</c> and <c>SqlServerLedgerTransactions</c> do.</summary>
/// <param name="clock">The clock.</param>
/// <param name="scenario">The scenario.</param>
/// <param name="cores">Its cores.</param>
/// <param name="database">The database.</param>
/// <param name="observed">What is counted.</param>
internal sealed class Replica(Clock clock, Scenario scenario, Cores cores, Database database, Observations observed)
{
    private readonly Slots slots = new(scenario.Lanes);
    private readonly Lane[] lanes = [.. Enumerable.Range(0, scenario.Organisations).Select(organisation => new Lane(organisation))];
    private int waiting;

    /// <summary>Records a usage.</summary>
    /// <returns>False if it was refused because too many wait.</returns>
    public async Task<bool> RecordAsync(int organisation)
    {
        var request = scenario.Times.ApiUsage * (1 - scenario.Times.DecisionShare) / 1e6;
        await cores.UseAsync(request / 2);
        if (waiting >= scenario.QueueLimit)
        {
            return false;
        }

        var committed = new TaskCompletionSource();
        var lane = lanes[organisation];
        lane.Callers.Enqueue(committed);
        waiting++;
        if (!lane.IsActive)
        {
            lane.IsActive = true;
            clock.Start(() => RunAsync(lane));
        }

        await committed.Task;
        await cores.UseAsync(request / 2);
        return true;
    }

    private async Task RunAsync(Lane lane)
    {
        do
        {
            await slots.TakeAsync();
            do
            {
                await WriteAsync(lane);
            }
            while (Continues(lane));

            slots.Release();
        }
        while (lane.Callers.Count > 0);

        lane.IsActive = false;
    }

    private bool Continues(Lane lane) => lane.Callers.Count > 0 && slots.Free > 0;

    private async Task WriteAsync(Lane lane)
    {
        if (lane.TurnBegan is not { } began)
        {
            await SendAsync(() => database.LockAsync(lane.Organisation));
            lane.TurnBegan = began = clock.Now;
        }

        var group = new List<TaskCompletionSource>();
        while (group.Count < scenario.GroupLimit && lane.Callers.TryDequeue(out var caller))
        {
            group.Add(caller);
        }

        waiting -= group.Count;
        await SendAsync(() => database.ReadAsync(group.Count));
        await cores.UseAsync(group.Count * scenario.Times.ApiUsage * scenario.Times.DecisionShare / 1e6);

        // Decided before the commit is sent, because the same command releases the lock.
        var continues = clock.Now - began < scenario.TurnMilliseconds / 1e3 && Continues(lane);
        await SendAsync(() => database.WriteAsync(lane.Organisation, group.Count, releases: !continues));
        lane.TurnBegan = continues ? began : null;
        observed.Group(group.Count);
        foreach (var caller in group)
        {
            caller.SetResult();
        }
    }

    private async Task SendAsync(Func<Task> command)
    {
        observed.RoundTrip();
        await cores.UseAsync(scenario.Times.ApiCommand / 1e6);
        await clock.WaitAsync(scenario.RoundTripMilliseconds / 2e3);
        await command();
        await clock.WaitAsync(scenario.RoundTripMilliseconds / 2e3);
    }

    private sealed class Lane(int organisation)
    {
        public int Organisation => organisation;

        public Queue<TaskCompletionSource> Callers { get; } = new();

        public bool IsActive { get; set; }

        /// <summary>When the replica got its turn for the organisation, in seconds; null if it has none.</summary>
        public double? TurnBegan { get; set; }
    }
}
