using System.Collections.Concurrent;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Stops;

/// <summary>Nothing is granted after a pause, whatever the number of callers and replicas.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class PauseConcurrencyTests(Store store)
{
    private const int Callers = 64;

    private ApiHost host = null!;
    private ApiHost beside = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(store);
        beside = ApiHost.StartBeside(host);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (beside is not null)
        {
            await beside.DisposeAsync();
        }

        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    [TestCase("agents")]
    [TestCase("teams")]
    [TestCase("orgs")]
    public async Task No_start_or_reservation_is_granted_after_a_pause_is_answered(string scope)
    {
        var team = await host.Api.CreateTeamAsync();
        var id = scope switch { "agents" => team.Agent, "teams" => team.Id, _ => team.Organisation };
        var sessions = new long[Callers / 2];
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i] = await team.StartAsync();
        }

        var paused = false;
        var granted = 0;
        var slipped = new ConcurrentBag<string>();
        var callers = Enumerable.Range(0, Callers).Select(i => Task.Run(async () =>
        {
            // One of the replicas only reserves. The processes of a SQLite file poll for its lock, and starts would starve it.
            var api = i % 4 == 3 ? beside.Api : host.Api;
            for (var after = 0; after < 3;)
            {
                var wasPaused = Volatile.Read(ref paused);
                var answer = i % 4 < 2
                    ? await api.PostAsync("/sessions/start", new { agent_id = team.Agent })
                    : await api.PostAsync($"/sessions/{sessions[i / 2]}/reservations", new { estimated_cost_usd = 0.01m, ttl_seconds = 3_600 });
                if (answer.Status == HttpStatusCode.Created)
                {
                    Interlocked.Increment(ref granted);
                }

                if (wasPaused)
                {
                    after++;
                    if (answer.Status is not (HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable))
                    {
                        slipped.Add(answer.Text);
                    }
                }
            }
        })).ToArray();
        await Patience.UntilAsync(() => Volatile.Read(ref granted) > 2 * Callers);

        _ = (await host.Api.PostAsync($"/{scope}/{id}/pause", new { reason = "all at once" })).Ok;
        Volatile.Write(ref paused, true);
        await Task.WhenAll(callers);

        Assert.That(slipped, Is.Empty);
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero, "earlier reservations are released");
        Assert.That((await host.Api.GetAsync($"/{scope}/{id}/pause")).Ok.Items("sessions"), Has.Count.EqualTo(
            await host.CountAsync($"Sessions WHERE AgentId = (SELECT AgentId FROM Sessions WHERE Id = {sessions[0]})")));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }
}
