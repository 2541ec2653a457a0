using System.Net;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Ledger;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>Faults of a transaction never lose or duplicate an acknowledged usage (rules 1 and 2).</summary>
[TestFixtureSource(typeof(Testing.Stores), nameof(Testing.Stores.All))]
internal sealed class LedgerFaultTests(Store store)
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(2);
    private ApiHost host = null!;
    private FaultyStore faulty = null!;
    private TestTeam team = null!;
    private long session;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(store, settings: new Dictionary<string, string> { ["Database:CommandTimeoutSeconds"] = $"{CommandTimeout.TotalSeconds}" }, replace: services =>
        {
            var real = services.Single(service => service.ServiceType == typeof(ILedgerTransactions));
            services.Remove(real);
            services.AddSingleton<ILedgerTransactions>(provider => faulty = new FaultyStore((ILedgerTransactions)(
                real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!))));
        });
        team = await host.Api.CreateTeamAsync();
        session = await team.StartAsync();
    }

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Usage_with_a_lost_commit_answer_is_counted_once()
    {
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        var usage = await team.UseAsync(session, 1m);
        faulty.Faults.Enqueue(Fault.LostBeforeCommit);
        faulty.Faults.Enqueue(Fault.Deadlock);
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        var next = await team.UseAsync(session, 2m);

        Assert.That((usage.Usd("cost_usd"), next.Usd("cost_usd")), Is.EqualTo((1m, 3m)));
        await AssertSpentAsync(3m, records: 2);
    }

    [Test]
    public async Task Start_with_a_lost_commit_answer_starts_one_session()
    {
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        var started = await team.StartAsync();
        faulty.Faults.Enqueue(Fault.LostBeforeCommit);
        faulty.Faults.Enqueue(Fault.Deadlock);
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        var next = await team.StartAsync();

        Assert.That(await host.CountAsync("Sessions"), Is.EqualTo(3));
        Assert.That((await team.SessionAsync(started)).Text("status"), Is.EqualTo("active"));
        Assert.That((await team.SessionAsync(next)).Text("status"), Is.EqualTo("active"));
    }

    [Test]
    public async Task Failed_write_is_reported_and_nothing_is_counted()
    {
        faulty.Faults.Enqueue(Fault.Full);

        var refused = await PostAsync();

        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "/problems/store-unavailable")));
        await AssertSpentAsync(0m, records: 0);
        Assert.That((await PostAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Commit_that_cannot_be_looked_up_is_answered_as_unknown()
    {
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        faulty.Faults.Enqueue(Fault.Full);

        var answer = await PostAsync();

        Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "/problems/outcome-unknown")));
        await AssertSpentAsync(1m, records: 1);
    }

    [Test]
    public async Task Faulty_entry_does_not_fail_the_entries_that_share_its_transaction()
    {
        faulty.Faults.Enqueue(Fault.Wait);
        faulty.Faults.Enqueue(Fault.Mistake);
        faulty.Faults.Enqueue(Fault.Mistake);
        var (first, others) = await PostOneAndFortyBehindItAsync();

        // The group fails together, then each is retried alone, and one of those fails again.
        faulty.Release();
        var answers = await Task.WhenAll([first, .. others]);

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(40));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.InternalServerError), Is.EqualTo(1));
        await AssertSpentAsync(40m, records: 40);
    }

    [Test]
    public async Task Callers_queued_behind_a_store_timeout_fail_at_once()
    {
        faulty.Faults.Enqueue(Fault.WaitAndFail);
        var (first, others) = await PostOneAndFortyBehindItAsync();
        await Task.Delay(CommandTimeout, TimeProvider.System);

        faulty.Release();
        foreach (var answer in await Task.WhenAll([first, .. others]))
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), answer.Text);
        }

        await AssertSpentAsync(0m, records: 0);
        Assert.That((await PostAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Call_is_refused_although_the_store_cannot_count_the_refusal()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        faulty.Faults.Enqueue(Fault.FullOnSave);

        Assert.That(CallAsync, Throws.TypeOf<BudgetExceededException>());
        Assert.That(await CountAsync(), Is.Zero);
        Assert.That(CallAsync, Throws.TypeOf<BudgetExceededException>());
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Refused_call_with_a_lost_commit_answer_is_counted_once()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        faulty.Faults.Enqueue(Fault.LostAfterCommit);

        Assert.That(CallAsync, Throws.TypeOf<BudgetExceededException>());
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Call_is_refused_although_it_is_unknown_whether_the_refusal_was_counted()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        faulty.Faults.Enqueue(Fault.LostAfterCommit);
        faulty.Faults.Enqueue(Fault.Full);

        Assert.That(CallAsync, Throws.TypeOf<BudgetExceededException>());
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    private Task CallAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        return host.Services.GetRequiredService<IBudgetLedger>().WriteAsync(
            new ReserveCallEntry(Guid.CreateVersion7(now), new(session, ApiClient.ListedModel, 1_000, 1_000, 1, Choices: 1, Billing.Api, TtlSeconds: 60), now), CancellationToken.None);
    }

    private async Task<long> CountAsync()
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<IEntourageDb>().Sessions.SingleAsync(of => of.Id == session)).RefusedCalls;
    }

    /// <summary>Starts a usage with a blocked transaction, and forty usages that wait behind it.</summary>
    private async Task<(Task<Answer> First, Task<Answer>[] Others)> PostOneAndFortyBehindItAsync()
    {
        var faults = faulty.Faults.Count;
        var first = PostAsync();
        await Patience.UntilAsync(() => faulty.Faults.Count == faults - 1);
        var others = Enumerable.Range(0, 40).Select(_ => PostAsync()).ToArray();
        var ledger = (LedgerQueue)host.Services.GetRequiredService<IBudgetLedger>();
        await Patience.UntilAsync(() => ledger.Waiting == 40);
        return (first, others);
    }

    private Task<Answer> PostAsync() => host.Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1 });

    private async Task AssertSpentAsync(decimal usd, int records)
    {
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(usd));
        Assert.That(await host.CountAsync("UsageRecords"), Is.EqualTo(records));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }
}
