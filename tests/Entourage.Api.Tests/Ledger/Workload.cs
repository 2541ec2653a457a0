using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>
/// Sixteen callers that report usages, alone and in batches, reserve and commit, and end and start sessions until
/// their server is killed. It remembers every answer, to compare the next server with.
/// </summary>
/// <param name="team">The team of the sessions.</param>
/// <param name="seed">The seed of the callers' choices.</param>
internal sealed class Workload(TestTeam team, int seed)
{
    private const int Callers = 16;

    private readonly WorkloadCaller[] callers =
        [.. Enumerable.Range(0, Callers).Select(i => new WorkloadCaller(team.Agent, $"{seed}-{i}", new Random((seed * Callers) + i)))];

    private int acknowledged;

    /// <summary>The number of calls that a kill interrupted.</summary>
    public int CutOff { get; private set; }

    /// <summary>The cost of all usages (USD) once each is acknowledged.</summary>
    public decimal CostUsd => callers.Sum(caller => caller.CostUsd);

    /// <summary>Runs the callers and kills the server after so many acknowledged calls, with others in flight.</summary>
    public async Task RunUntilKilledAsync(ApiProcess process, int calls)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = callers.Select(caller => caller.RunAsync(process.Api, () =>
        {
            if (Interlocked.Increment(ref acknowledged) == calls)
            {
                enough.SetResult();
            }
        })).ToArray();
        await Task.WhenAny([enough.Task, .. running]).WaitAsync(Patience.Limit);
        await process.KillAsync();
        await Task.WhenAll(running);
        CutOff = callers.Count(caller => caller.WasCutOff);
    }

    /// <summary>Checks that everything acknowledged is recorded once, resends interrupted calls, and checks those too.</summary>
    public async Task CheckAsync(ApiClient api)
    {
        await Task.WhenAll(callers.Select(caller => caller.CheckAcknowledgedAsync(api)));
        await RepeatAsync(api);
        await Task.WhenAll(callers.Select(caller => caller.CheckAllAsync(api)));
    }

    /// <summary>Resends every call. Acknowledged ones must change nothing.</summary>
    public Task RepeatAsync(ApiClient api) => Task.WhenAll(callers.Select(caller => caller.RepeatAsync(api)));
}

/// <summary>One caller with its own sessions.</summary>
internal sealed class WorkloadCaller(string agent, string name, Random random)
{
    private readonly List<RecordedCall> calls = [];
    private readonly List<CallerSession> sessions = [];

    /// <summary>Whether its last call got no answer.</summary>
    public bool WasCutOff => calls.Any(call => call.Answer is null);

    /// <summary>The cost of its usages (USD).</summary>
    public decimal CostUsd => sessions.Sum(session => session.CostUsd);

    /// <summary>Calls until the server is gone.</summary>
    public async Task RunAsync(ApiClient api, Action acknowledge)
    {
        try
        {
            await StartAsync();
            while (true)
            {
                await (random.Next(10) switch
                {
                    < 4 => UseAsync(reservation: null),
                    < 7 => ReserveAsync(),
                    < 9 => UseManyAsync(),
                    _ => EndAsync(),
                });
            }
        }
        catch (HttpRequestException)
        {
            // Expected: the server was killed.
        }

        async Task StartAsync() =>
            sessions.Add(new((await CallAsync("/sessions/start", new() { ["agent_id"] = agent })).Number("id")!.Value));

        async Task UseAsync(JsonNode? reservation)
        {
            var usage = Usage();
            usage["reservation_id"] = reservation?.Text("id");
            sessions[^1].Add(usage);
            await CallAsync($"/sessions/{sessions[^1].Id}/usage", usage);
        }

        async Task ReserveAsync()
        {
            var reservation = await CallAsync(
                $"/sessions/{sessions[^1].Id}/reservations", new() { ["estimated_cost_usd"] = Usd(), ["ttl_seconds"] = 3600 });

            // One in four is kept and released with its session.
            if (random.Next(4) > 0)
            {
                await UseAsync(reservation);
            }
        }

        Task UseManyAsync()
        {
            var items = new JsonArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var usage = Usage();
                sessions[^1].Add(usage);
                (usage["session_id"], usage["idempotency_key"]) = (sessions[^1].Id, $"{name}-{calls.Count}-{i}");
                items.Add(usage);
            }

            return CallAsync("/sessions/usage/batch", new() { ["items"] = items }, keyed: false);
        }

        async Task EndAsync()
        {
            sessions[^1].Ended = true;
            await CallAsync($"/sessions/{sessions[^1].Id}/end", [], keyed: false);
            await StartAsync();
        }

        async Task<JsonNode> CallAsync(string path, JsonObject body, bool keyed = true)
        {
            var call = new RecordedCall(path, keyed ? $"{name}-{calls.Count}" : null, body);
            calls.Add(call);
            sessions.LastOrDefault()?.Calls.Add(call);
            var answer = await call.SendAsync(api);
            acknowledge();
            return answer;
        }
    }

    /// <summary>Checks that each acknowledged usage is recorded once and nothing else but the interrupted call.</summary>
    public async Task CheckAcknowledgedAsync(ApiClient api)
    {
        foreach (var session in sessions)
        {
            var recorded = await session.RecordedAsync(api);
            var known = session.Calls.Where(call => call.Answer is not null).SelectMany(call => RecordedCall.UsageIdsOf(call.Answer!.Json)).ToArray();
            Assert.That(known, Is.Unique);
            Assert.That(recorded, Is.Unique.And.SupersetOf(known));
            Assert.That(recorded, Has.Count.AnyOf(known.Length, session.Usages));
        }
    }

    /// <summary>Resends every call in order.</summary>
    public async Task RepeatAsync(ApiClient api)
    {
        foreach (var call in calls)
        {
            await call.RepeatAsync(api);
        }
    }

    /// <summary>Checks that everything is recorded once and that exactly the uncommitted reservations are reserved.</summary>
    public async Task CheckAllAsync(ApiClient api)
    {
        foreach (var session in sessions)
        {
            Assert.That(await session.RecordedAsync(api), Has.Count.EqualTo(session.Usages).And.Unique);
            var shown = (await api.GetAsync($"/sessions/{session.Id}")).Ok;
            Assert.That(
                (shown.Text("status"), shown.Usd("cost_usd"), shown.Usd("reserved_usd")),
                Is.EqualTo((session.Ended ? "completed" : "active", session.CostUsd, session.ReservedUsd)));
        }
    }

    private JsonObject Usage() => new() { ["input_tokens"] = random.Next(1_000), ["output_tokens"] = random.Next(1_000), ["cost_usd"] = Usd() };

    private decimal Usd() => random.Next(1, 100_000_000) / 1_000_000_000m;

    /// <summary>A session and the calls to it.</summary>
    private sealed class CallerSession(long id)
    {
        public long Id { get; } = id;

        public List<RecordedCall> Calls { get; } = [];

        public bool Ended { get; set; }

        public int Usages { get; private set; }

        public decimal CostUsd { get; private set; }

        /// <summary>The sum of its reservations once each of its calls is acknowledged.</summary>
        public decimal ReservedUsd
        {
            get
            {
                var committed = Calls.Select(call => call.Body.Text("reservation_id")).ToHashSet();
                return Ended ? 0 : Calls.Select(call => call.Answer!.Json)
                    .Where(answer => answer["amount_usd"] is not null && !committed.Contains(answer.Text("id")))
                    .Sum(answer => answer.Usd("amount_usd")!.Value);
            }
        }

        public void Add(JsonObject usage) => (Usages, CostUsd) = (Usages + 1, CostUsd + usage["cost_usd"]!.GetValue<decimal>());

        /// <summary>The ids of the usages that the server recorded for it.</summary>
        public async Task<IReadOnlyList<string>> RecordedAsync(ApiClient api)
        {
            var ids = new List<string>();
            for (var path = $"/sessions/{Id}/usage?limit=200"; path is not null;)
            {
                var answer = await api.GetAsync(path);
                ids.AddRange(answer.Ok.AsArray().Select(record => record!.Text("id")!));
                path = answer.NextPath();
            }

            return ids;
        }
    }
}
