using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Gateway;

/// <summary>
/// Many callers of several servers spend one budget through the gateway while streams are cut, the provider fails and servers are killed. What the provider
/// bills never exceeds the budget by more than what it generated for those that had gone, and every bill is in the ledger (rules 1, 3, 7 and 11).
/// </summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HuntTests(Store store) : IDisposable
{
    private const int Replicas = 3;
    private const int Callers = 64;
    private const int Conversations = 8;

    // A caller gives up after so many refusals in a row: what others have reserved and not spent comes back.
    private const int Refusals = 8;

    // What the provider may have sent that had not arrived when a connection broke, in tokens: the buffers of two sockets.
    private const int UnseenTokens = 8_000;

    // By default one budget of 1 USD and one kill, which takes some seconds. A server that was killed is then not awaited to be charged for: that takes a minute.
    private static readonly bool IsFull = Depth.Of(usual: 0, full: 1) == 1;
    private static readonly decimal CapUsd = Depth.Of(usual: 1, full: 10);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Depth.Of(usual: 0, full: 150));
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(100);

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Gateway:Upstreams:anthropic:ApiKey"] = "sk-of-the-provider",
        ["Gateway:CallSeconds"] = "10",
        ["Jobs:UnsettledCallsEverySeconds"] = "2",
    };

    private readonly ApiProcess?[] replicas = new ApiProcess?[Replicas];
    private readonly HuntProvider hunted = new();
    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly SocketsHttpHandler handler = new() { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) };
    private TestDatabase database = null!;
    private FakeProvider provider = null!;

    // A time zone where the day does not end during the test.
    private static string Zone => TimeProvider.System.GetUtcNow().Hour is > 3 and < 21 ? "UTC" : "Asia/Tokyo";

    [SetUp]
    public async Task StartAsync()
    {
        database = await TestDatabase.CreateAsync(store);
        provider = await FakeProvider.StartAsync();
        provider.Answer = hunted.AnswerAsync;
        await Task.WhenAll(Enumerable.Range(0, Replicas).Select(StartReplicaAsync));
    }

    public void Dispose() => handler.Dispose();

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var replica in replicas.OfType<ApiProcess>())
        {
            await replica.DisposeAsync();
        }

        await (provider?.DisposeAsync() ?? default);
        await (database?.DisposeAsync() ?? default);
    }

    /// <param name="hasRate">Whether there is a limit per minute, too.</param>
    [TestCase(false)]
    [TestCase(true)]
    public async Task Provider_never_bills_more_than_the_budget(bool hasRate)
    {
        var began = TimeProvider.System.GetTimestamp();
        var teams = new List<(TestTeam Team, Bill[] Bills)>();
        using var ending = new CancellationTokenSource();
        var killing = KillAsync(ending.Token);
        do
        {
            var team = await CreateTeamAsync(hasRate);
            var before = hunted.Bills.Count;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallUntilRefusedAsync(team, caller, new Random((teams.Count * Callers) + caller))));
            await Patience.UntilAsync(() => hunted.Running == 0);
            teams.Add((team, [.. hunted.Bills.Skip(before)]));
        }
        while (TimeProvider.System.GetElapsedTime(began) < Duration);
        await ending.CancelAsync();
        var kills = await killing;

        await Task.WhenAll(Enumerable.Range(0, Replicas).Where(number => replicas[number] is null).Select(StartReplicaAsync));
        var api = replicas[0]!.Api;
        if (IsFull)
        {
            foreach (var (team, _) in teams)
            {
                await Patience.UntilAsync(async () => (await ReadBudgetAsync(team with { Api = api })).Reserved == 0);
            }
        }

        await using var host = ApiHost.StartOn(database);
        foreach (var (team, bills) in teams)
        {
            await CheckAsync(host, team with { Api = api }, bills, hasRate);
        }

        var (exitCode, output) = await ApiProcess.RunAsync(database, "verify");
        Assert.That(exitCode, Is.Zero, output);
        await TestContext.Out.WriteLineAsync(
            $"{teams.Count} budgets of {CapUsd} USD, {hunted.Bills.Count} bills, {kills} kills in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s. Answers: {string.Join(", ", answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Key} × {answer.Value}"))}");
    }

    private static async Task CheckAsync(ApiHost host, TestTeam team, Bill[] bills, bool hasRate)
    {
        // Some calls have only just ended.
        IReadOnlyList<UsageRecord> records = [];
        var (spent, reserved) = (0m, 0m);
        await Patience.UntilAsync(async () =>
        {
            var before = await ReadBudgetAsync(team);
            records = await ReadRecordsAsync(host, team);
            (spent, reserved) = await ReadBudgetAsync(team);
            return before == (spent, reserved);
        });
        var byId = records.Where(record => record.ProviderResponseId is not null).ToDictionary(record => record.ProviderResponseId!);
        var unseen = 0m;
        var unnamed = 0;
        foreach (var bill in bills)
        {
            if (!byId.TryGetValue(bill.Id, out var record))
            {
                // The server was killed, or the answer broke off before its id. Such a call is charged in full, or as an estimate of its input.
                unnamed++;
                continue;
            }

            var recorded = Usd(record.Cost);
            Assert.That(record.IsEstimated || recorded == bill.CostUsd, Is.True, $"{bill} was recorded as {recorded} USD.");
            Assert.That(bill.CostUsd - recorded, Is.LessThanOrEqualTo(UnseenTokens * 0.000015m), $"{bill} was recorded as {recorded} USD.");
            unseen += Math.Max(0, bill.CostUsd - recorded);
        }

        var (billed, estimated) = (bills.Sum(bill => bill.CostUsd), records.Count(record => record.IsEstimated));
        await TestContext.Out.WriteLineAsync(
            $"billed {billed} USD in {bills.Length} calls, spent {spent}, still reserved {reserved}, {estimated} of {records.Count} records estimated, {unnamed} bills without their id, unseen {unseen} USD");
        Assert.That(spent + reserved, Is.LessThanOrEqualTo(CapUsd));
        Assert.That(billed, Is.LessThanOrEqualTo(CapUsd + unseen));
        Assert.That(records.Where(record => record.Overrun != Money.Zero), Is.Empty);
        HuntRules.Check(records, await ReadLabelsAsync(host, records), CapUsd, hasRate);
        Assert.That(records.Sum(record => Usd(record.Cost)), Is.EqualTo(spent));
        if (IsFull)
        {
            Assert.That(reserved, Is.Zero);
            Assert.That(unnamed, Is.LessThanOrEqualTo(records.Count(record => record is { IsEstimated: true, ProviderResponseId: null })));
        }
    }

    /// <summary>Calls one of the servers after the other until the budget is spent.</summary>
    private async Task CallUntilRefusedAsync(TestTeam team, int caller, Random random)
    {
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Patience.Limit };
        for (var refusals = 0; refusals < Refusals;)
        {
            if (replicas[random.Next(Replicas)] is not { } replica)
            {
                await Task.Delay(AfterRefusal, TimeProvider.System);
                continue;
            }

            var stream = random.Next(10) < 6;
            var text = new string('a', random.Next(100, 4_000));
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(replica.Api.Http.BaseAddress!, "/gateway/anthropic/v1/messages"))
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
                    $$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":{{random.Next(300, 3_000)}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{text}}"}]}"""))
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                },
            };
            request.Headers.Add("X-Entourage-Agent", team.Agent);
            if (caller % HuntRules.Customers is > 0 and var customer)
            {
                request.Headers.Add("X-Entourage-Label-Customer", $"c{customer}");
            }

            request.Headers.Add("x-claude-code-session-id", $"c{caller % Conversations}");
            var (outcome, isRefusal) = await SendAsync(client, request, leavesAfter: stream && random.Next(5) == 0 ? random.Next(20_000) : int.MaxValue);
            answers.AddOrUpdate(outcome, 1, (_, count) => count + 1);
            refusals = isRefusal ? refusals + 1 : 0;
            if (isRefusal)
            {
                await Task.Delay(AfterRefusal, TimeProvider.System);
            }
        }
    }

    /// <summary>Sends a call and reads its answer, or leaves in the middle.</summary>
    private static async Task<(string Outcome, bool IsRefusal)> SendAsync(HttpClient client, HttpRequestMessage request, int leavesAfter)
    {
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            var buffer = new byte[1_000];
            for (var read = 0; read <= leavesAfter;)
            {
                var length = await body.ReadAsync(buffer);
                if (length == 0)
                {
                    return ($"{(int)answer.StatusCode}", answer.StatusCode is HttpStatusCode.PaymentRequired or HttpStatusCode.TooManyRequests);
                }

                read += length;
            }

            return ("left", false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return ("broken", false);
        }
    }

    /// <summary>Kills one server after the other, and starts it again.</summary>
    private async Task<int> KillAsync(CancellationToken ending)
    {
        var kills = 0;
        using var clock = new PeriodicTimer(IsFull ? BetweenKills : BetweenKills / 3);
        try
        {
            while (await clock.WaitForNextTickAsync(ending))
            {
                var number = kills++ % Replicas;
                var killed = replicas[number]!;
                replicas[number] = null;
                await killed.KillAsync();
                await killed.DisposeAsync();
                if (!IsFull)
                {
                    break;
                }

                await StartReplicaAsync(number);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }

        return kills;
    }

    private async Task StartReplicaAsync(int number) => replicas[number] = await ApiProcess.StartAsync(
        database, settings: new Dictionary<string, string>(Settings) { ["Gateway:Upstreams:anthropic:BaseUrl"] = provider.Url });

    private async Task<TestTeam> CreateTeamAsync(bool hasRate)
    {
        while (true)
        {
            try
            {
                var team = await replicas.OfType<ApiProcess>().First().Api.CreateTeamAsync(Zone);
                await team.ConfigureAsync(new { daily_cost_limit_usd = CapUsd });
                await HuntRules.CreateAsync(team, CapUsd, hasRate);
                return team;
            }
            catch (Exception exception) when (exception is HttpRequestException or ObjectDisposedException or OperationCanceledException)
            {
                // Its server was killed.
            }
        }
    }

    private static async Task<(decimal Spent, decimal Reserved)> ReadBudgetAsync(TestTeam team)
    {
        var budget = await team.BudgetAsync();
        return (budget.Usd("daily_spent_usd")!.Value, budget.Usd("reserved_usd")!.Value);
    }

    private static async Task<IReadOnlyList<UsageRecord>> ReadRecordsAsync(ApiHost host, TestTeam team)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var agent = Guid.Parse(team.Agent);
        return await db.UsageRecords.AsNoTracking().Where(record => db.Sessions.Any(session => session.Id == record.SessionId && session.AgentId == agent)).ToListAsync();
    }

    /// <summary>Reads the labels of records, those of their sessions included.</summary>
    private static async Task<IReadOnlyDictionary<Guid, LabelSet>> ReadLabelsAsync(ApiHost host, IReadOnlyList<UsageRecord> records)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var ids = records.Select(record => record.SessionId).Distinct().ToArray();
        var sessions = await db.Sessions.Where(session => ids.Contains(session.Id)).ToDictionaryAsync(session => session.Id, session => session.Labels);
        return records.ToDictionary(record => record.Id, record => sessions[record.SessionId].With(record.Labels));
    }

    private static decimal Usd(Money money) => money.ToUsd();
}
