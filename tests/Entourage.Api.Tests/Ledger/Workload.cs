using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>
/// Sixteen callers that report usages, alone and in batches, reserve money and commit it, end sessions and start others, until
/// their server is killed; and everything they were told, to hold the next server to.
/// </summary>
/// <param name="team">Whose sessions.</param>
/// <param name="seed">What they do.</param>
internal sealed class Workload(TestTeam team, int seed)
{
    private const int Callers = 16;

    private readonly WorkloadCaller[] callers =
        [.. Enumerable.Range(0, Callers).Select(i => new WorkloadCaller(team.Agent, $"{seed}-{i}", new Random((seed * Callers) + i)))];

    private int acknowledged;

    /// <summary>How many calls the server was killed in the midst of.</summary>
    public int CutOff { get; private set; }

    /// <summary>What all usages of the callers cost (USD), once each of them was acknowledged.</summary>
    public decimal CostUsd => callers.Sum(caller => caller.CostUsd);

    /// <summary>Lets the callers go, and kills the server with so many calls acknowledged and others under way.</summary>
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

    /// <summary>Everything that was acknowledged is there once; so is what was cut off, once it is sent again.</summary>
    public async Task CheckAsync(ApiClient api)
    {
        await Task.WhenAll(callers.Select(caller => caller.CheckAcknowledgedAsync(api)));
        await RepeatAsync(api);
        await Task.WhenAll(callers.Select(caller => caller.CheckAllAsync(api)));
    }

    /// <summary>Makes every call again, which changes nothing where it was acknowledged.</summary>
    public Task RepeatAsync(ApiClient api) => Task.WhenAll(callers.Select(caller => caller.RepeatAsync(api)));
}

/// <summary>One caller, with sessions of its own.</summary>
internal sealed class WorkloadCaller(string agent, string name, Random random)
{
    private readonly List<RecordedCall> calls = [];
    private readonly List<CallerSession> sessions = [];

    /// <summary>Whether its last call was not answered.</summary>
    public bool WasCutOff => calls.Any(call => call.Answer is null);

    /// <summary>What its usages cost (USD).</summary>
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
            // The server is gone, as it should be.
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

            // One in four is kept, to be released with its session.
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

    /// <summary>Each usage that was acknowledged is recorded once, and besides them at most what was cut off.</summary>
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

    /// <summary>Makes every call again, in order.</summary>
    public async Task RepeatAsync(ApiClient api)
    {
        foreach (var call in calls)
        {
            await call.RepeatAsync(api);
        }
    }

    /// <summary>All of it is recorded once, and what is reserved is what no usage has committed.</summary>
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

    /// <summary>A session, with what its caller did to it.</summary>
    private sealed class CallerSession(long id)
    {
        public long Id { get; } = id;

        public List<RecordedCall> Calls { get; } = [];

        public bool Ended { get; set; }

        public int Usages { get; private set; }

        public decimal CostUsd { get; private set; }

        /// <summary>What its reservations hold, once each of its calls was acknowledged.</summary>
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

        /// <summary>The ids of the usages that the server has of it.</summary>
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
