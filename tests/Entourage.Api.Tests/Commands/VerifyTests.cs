using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>Every stored total is recomputed from the records. Differences are found, reported and repaired (rule 5).</summary>
internal sealed class VerifyTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;
    private long task;
    private long session;

    [SetUp]
    public async Task SpendAsync()
    {
        team = await Api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100m });
        task = await team.CreateTaskAsync();
        session = await team.StartAsync(task);
        await team.UseAsync(session, 1.5m);
        await team.UseAsync(session, 0.000000001m, Host.Clock.GetUtcNow().AddDays(-9));
        await team.CreateReservationAsync(session, 2m, 3_600);
    }

    [TearDown]
    public async Task RepairAsync() => await Host.VerifyAsync(repair: true);

    [Test]
    public async Task Changed_counter_is_reported_and_repaired()
    {
        await ChangedAsync($"UPDATE BudgetCounters SET Spent = Spent + 1 WHERE ScopeId = {Text(task)} AND Scope = 4");

        await CheckFoundAndRepairedAsync($"counter of Task {task}, Total from 0001-01-01: stored 1.500000002 USD spent, 2.00 reserved, but the records sum to 1.500000001 USD spent, 2.00 reserved");
    }

    [Test]
    public async Task Changed_reserved_sum_is_reported_and_repaired()
    {
        await ChangedAsync($"UPDATE BudgetCounters SET Reserved = 0 WHERE ScopeId = {team.Agent} AND Reserved > 0");

        await CheckFoundAndRepairedAsync($"counter of Agent {team.Agent}, Day from 2026-06-10: stored 1.50 USD spent, 0.00 reserved, but the records sum to 1.50 USD spent, 2.00 reserved");
    }

    [Test]
    public async Task Missing_counter_is_reported_and_recreated()
    {
        await ChangedAsync($"DELETE FROM BudgetCounters WHERE ScopeId = {team.Agent} AND Reserved > 0");

        await CheckFoundAndRepairedAsync($"counter of Agent {team.Agent}, Day from 2026-06-10: stored 0.00 USD spent, 0.00 reserved, but the records sum to 1.50 USD spent, 2.00 reserved");
    }

    [Test]
    public async Task Counter_without_records_is_reported_and_set_to_zero()
    {
        await ChangedAsync($"UPDATE BudgetCounters SET Start = 20260101 WHERE ScopeId = {team.Agent} AND Reserved > 0");

        await CheckFoundAndRepairedAsync(
            $"counter of Agent {team.Agent}, Day from 2026-01-01: stored 1.50 USD spent, 2.00 reserved, but the records sum to 0.00 USD spent, 0.00 reserved",
            $"counter of Agent {team.Agent}, Day from 2026-06-10: stored 0.00 USD spent, 0.00 reserved, but the records sum to 1.50 USD spent, 2.00 reserved");
    }

    [Test]
    public async Task Changed_session_totals_are_reported_and_repaired()
    {
        await ChangedAsync($"UPDATE Sessions SET Cost = Cost - 1, OutputTokens = OutputTokens + 1, ImputedCost = 7 WHERE Id = {session}");

        await CheckFoundAndRepairedAsync(
            $"session {session}: stored 1.50 USD (0.000000007 imputed), 221 tokens (0 unpriced), but the records sum to 1.500000001 USD (0.00 imputed), 220 tokens (0 unpriced)");
        var shown = await team.SessionAsync(session);
        Assert.That((shown.Usd("cost_usd"), shown.Usd("imputed_cost_usd"), shown.Number("output_tokens")), Is.EqualTo((2.500000001m, 0m, 30L)));
    }

    [Test]
    public async Task Changed_rollup_is_reported_and_repaired()
    {
        await ChangedAsync($"UPDATE UsageRollups SET CostNanoUsd = CostNanoUsd + 5, CacheReadTokens = 3, UnpricedTokens = 2 WHERE SessionId = {session} AND CostNanoUsd > 1");

        await CheckFoundAndRepairedAsync(
            $"{Rollup("2026-06-10T12:00Z")}: stored 1.500000005 USD (0.00 imputed), 113 tokens (2 unpriced), 1 begun, but the records sum to 1.50 USD (0.00 imputed), 110 tokens (0 unpriced), 1 begun");
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(2.500000001m));
    }

    [Test]
    public async Task Missing_rollup_is_reported_and_recreated()
    {
        await ChangedAsync($"DELETE FROM UsageRollups WHERE SessionId = {session} AND CostNanoUsd = 1");

        await CheckFoundAndRepairedAsync(
            $"{Rollup("2026-06-01T12:00Z")}: stored 0.00 USD (0.00 imputed), 0 tokens (0 unpriced), but the records sum to 0.000000001 USD (0.00 imputed), 110 tokens (0 unpriced)");
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(2.500000001m));
    }

    [Test]
    public async Task Missing_empty_rollup_of_a_session_start_is_reported_and_recreated()
    {
        var idle = await team.StartAsync(task);
        await ChangedAsync($"DELETE FROM UsageRollups WHERE SessionId = {idle}");
        Assert.That((await team.CostsAsync()).Number("session_count"), Is.EqualTo(1));

        await Host.VerifyAsync(repair: true);

        Assert.That((await team.CostsAsync()).Number("session_count"), Is.EqualTo(2));
    }

    [Test]
    public async Task Changed_missing_or_superfluous_cost_summary_is_reported_and_repaired()
    {
        await Host.SummariseAsync();
        var before = await team.CostsAsync();
        await ChangedAsync($"UPDATE CostSummaries SET CostNanoUsd = 7 WHERE SubjectId = (SELECT TeamId FROM Sessions WHERE Id = {session}) AND Heading = 0 AND CostNanoUsd = 1");
        Assert.That(await Host.ExecuteAsync($"DELETE FROM CostSummaries WHERE SubjectId = (SELECT t.OrganisationId FROM Teams t JOIN Sessions s ON s.TeamId = t.Id WHERE s.Id = {session}) AND Heading = 3 AND Day = 10101"), Is.EqualTo(1));
        Assert.That(await Host.ExecuteAsync($"UPDATE CostSummaries SET Item = 'gpt-5' WHERE SubjectId = (SELECT TeamId FROM Sessions WHERE Id = {session}) AND Heading = 5 AND Day = 10101"), Is.EqualTo(1));

        var found = await Host.VerifyAsync();
        Assert.That(found.Differences, Has.Count.EqualTo(4), string.Join('\n', found.Differences));
        Assert.That(found.Differences, Has.Exactly(1).EqualTo(
            $"summary of {team.Id}, Everything '', 2026-06-01: stored 0.000000007 USD (0.00 imputed), 110 tokens (0 unpriced), but the records sum to 0.000000001 USD (0.00 imputed), 110 tokens (0 unpriced)"));
        await Host.VerifyAsync(repair: true);

        Assert.That((await team.CostsAsync()).ToJsonString(), Is.EqualTo(before.ToJsonString()));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Repaired_rollup_is_summarised_again()
    {
        await Host.SummariseAsync();
        await ChangedAsync($"UPDATE UsageRollups SET CostNanoUsd = 5 WHERE SessionId = {session} AND CostNanoUsd = 1");
        await Host.VerifyAsync(repair: true);
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(1.500000001m));

        await Host.SummariseAsync();

        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(1.500000001m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task All_differences_are_repaired_together_and_spending_continues()
    {
        await Host.ExecuteAsync($"DELETE FROM UsageRollups WHERE SessionId = {session}");
        await Host.ExecuteAsync($"DELETE FROM BudgetCounters WHERE ScopeId IN ({team.Id}, {team.Agent}, {team.Organisation}) OR (Scope = 4 AND ScopeId = {Text(task)})");
        await Host.ExecuteAsync($"UPDATE Sessions SET Cost = 0, InputTokens = 0 WHERE Id = {session}");

        var found = await Host.VerifyAsync();
        var repaired = await Host.VerifyAsync(repair: true);

        // Two rollups, one session, a window now and one nine days ago for each period (except the month), and one of a task.
        Assert.That(found.Differences, Has.Count.EqualTo(2 + 1 + (2 + 1) + (2 + 2 + 1) + 2 + 1));
        Assert.That(repaired.Differences, Is.EqualTo(found.Differences));
        Assert.That((repaired.Repaired, found.Repaired), Is.EqualTo((true, false)));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);

        await team.UseAsync(session, 90m);
        var budget = await team.BudgetAsync();
        Assert.That((budget.Usd("daily_spent_usd"), budget.Usd("reserved_usd")), Is.EqualTo((91.5m, 2m)));
        Assert.That((await team.ReserveAsync(session, 7m)).Json.Usd("max_reservable_usd"), Is.EqualTo(6.5m));
        Assert.That(await team.CreateReservationAsync(session, 6.5m), Is.Not.Empty);
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(91.500000001m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Repair_without_differences_changes_nothing()
    {
        var before = await Host.CountAsync("BudgetCounters");
        var report = await Host.VerifyAsync(repair: true);

        Assert.That((report.Repaired, report.Differences.Count), Is.EqualTo((true, 0)));
        Assert.That(await Host.CountAsync("BudgetCounters"), Is.EqualTo(before));
    }

    [Test]
    public async Task Live_expired_and_ended_reservations_are_verified()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var own = await host.Api.CreateTeamAsync();
        await own.ConfigureAsync(new { daily_cost_limit_usd = 100m });
        var parent = await own.StartAsync(await own.CreateTaskAsync());
        var child = await own.StartAsync(parent: parent);
        var reservations = new[] { await own.CreateReservationAsync(child, 1m), await own.CreateReservationAsync(parent, 2m), await own.CreateReservationAsync(child, 4m, 1), await own.CreateReservationAsync(parent, 8m, 3_600) };
        await own.UseAsync(child, 3m, reservation: reservations[0]);
        await host.Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservations[1]}", null);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        var report = await host.VerifyAsync();
        Assert.That((report.Records, report.Differences.Count), Is.EqualTo((1L, 0)), "one has expired without being ended");

        await host.ExecuteAsync($"DELETE FROM BudgetCounters");
        await host.VerifyAsync(repair: true);
        Assert.That((await own.BudgetAsync()).Items("budgets").Single().Usd("reserved_usd"), Is.EqualTo(8m));
        await host.Api.PostAsync($"/sessions/{parent}/end", null);
        Assert.That((await own.BudgetAsync()).Items("budgets").Single().Usd("reserved_usd"), Is.Zero);
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    private string Rollup(string quarter) => $"rollup of team {team.Id}, {quarter}, session {session}, model 'claude-sonnet-4-20250514'";

    private async Task ChangedAsync(FormattableString sql)
    {
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        Assert.That(await Host.ExecuteAsync(sql), Is.EqualTo(1));
    }

    /// <summary>Checks that the difference is found, reported and repaired, and then spends another dollar.</summary>
    private async Task CheckFoundAndRepairedAsync(params string[] differences)
    {
        var found = await Host.VerifyAsync();
        Assert.That((found.Differences, found.Repaired), Is.EqualTo(((IReadOnlyList<string>)differences, false)));

        // Verification without repair changes nothing.
        Assert.That((await Host.VerifyAsync()).Differences, Is.EqualTo(differences));

        var repaired = await Host.VerifyAsync(repair: true);
        Assert.That((repaired.Differences, repaired.Repaired), Is.EqualTo(((IReadOnlyList<string>)differences, true)));
        var after = await Host.VerifyAsync();
        Assert.That((after.Differences.Count, after.Records), Is.EqualTo((0, found.Records)));

        await team.UseAsync(session, 1m);
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(2.5m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
