using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Commands;

/// <summary>Corrupt data of one organisation is reported, and the others are still verified and repaired.</summary>
internal sealed class VerifyTroubleTests
{
    private ApiHost host = null!;
    private TestTeam broken = null!;
    private TestTeam sound = null!;
    private long lost;
    private long kept;

    [SetUp]
    public async Task SpendAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite);
        (broken, sound) = (await host.Api.CreateTeamAsync(), await host.Api.CreateTeamAsync());
        (lost, kept) = (await broken.StartAsync(), await sound.StartAsync());
        await broken.UseAsync(lost, 1.5m);
        await sound.UseAsync(kept, 2m);
        Assert.That((await host.VerifyAsync()).Problems, Is.Empty);
    }

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Usage_without_its_session_is_reported_and_its_organisation_is_not_repaired()
    {
        await BreakAsync($"DELETE FROM Sessions WHERE Id = {lost}", $"UPDATE BudgetCounters SET Spent = 7 WHERE ScopeId = '{sound.Id}'");

        var found = await host.VerifyAsync();
        Assert.That(found.Problems, Has.Some.EqualTo($"Session {lost} does not exist, and no total counts its rows. Usage records: 1."));
        Assert.That(found.Problems, Has.Some.StartsWith($"organisation {broken.Organisation} (Acme): rollup of team {broken.Id}"));
        Assert.That(found.Differences, Has.Some.Contains($"counter of Team {sound.Id}"));

        var repaired = await host.VerifyAsync(repair: true);
        Assert.That(repaired.Problems, Has.Some.Contains($"organisation {broken.Organisation} (Acme): its totals are not corrected"));
        var after = await host.VerifyAsync();
        Assert.That(after.Differences.Where(difference => difference.Contains(sound.Id, StringComparison.Ordinal)), Is.Empty);
        Assert.That((await sound.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(2m));
        Assert.That(await host.CountAsync("UsageRecords"), Is.EqualTo(2), "no record is lost");
    }

    [TestCase("'many'")]
    [TestCase("1.5e300")]
    public async Task Record_with_a_malformed_number_is_reported(string value)
    {
        await BreakAsync($"UPDATE UsageRecords SET Cost = {value} WHERE SessionId = {lost}");

        var report = await host.VerifyAsync();

        Assert.That(report.Problems, Has.Some.StartsWith($"organisation {broken.Organisation} (Acme): UsageRecords "));
        Assert.That(report.Problems, Has.Some.Contains(" Cost ("));
        Assert.That(report.Differences.Where(difference => difference.Contains(sound.Id, StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("UsageRollups", "CostNanoUsd")]
    [TestCase("UsageRollups", "SummarisedCostNanoUsd")]
    [TestCase("CostSummaries", "CostNanoUsd")]
    [TestCase("BudgetCounters", "Spent")]
    [TestCase("Sessions", "InputTokens")]
    public async Task Total_with_a_malformed_number_is_reported_and_repaired(string table, string column)
    {
        await host.SummariseAsync();
        var before = (await broken.CostsAsync()).ToJsonString();
        foreach (var value in new[] { "9.3e18", "'many'" })
        {
            await BreakAsync($"UPDATE {table} SET {column} = {value}");

            var found = await host.VerifyAsync();
            Assert.That(found.Differences, Has.Some.StartsWith(table));
            var repaired = await host.VerifyAsync(repair: true);
            Assert.That(repaired.Problems, Is.Empty);
            var after = await host.VerifyAsync();
            Assert.That(after.Differences.Concat(after.Problems), Is.Empty);
            Assert.That((await broken.CostsAsync()).ToJsonString(), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task Unverifiable_organisation_is_named_and_the_others_are_verified()
    {
        await BreakAsync(
            $"UPDATE Teams SET Timezone = 'Mars/Base' WHERE Id = (SELECT TeamId FROM Sessions WHERE Id = {lost})",
            $"UPDATE BudgetCounters SET Spent = 7 WHERE ScopeId = '{sound.Id}'");

        var found = await host.VerifyAsync();

        Assert.That(found.Problems.Single(), Does.StartWith($"organisation {broken.Organisation} (Acme) could not be verified: "));
        Assert.That(found.Differences, Has.Some.Contains($"counter of Team {sound.Id}"));
        await host.VerifyAsync(repair: true);
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Unreadable_session_rows_do_not_affect_other_organisations()
    {
        await BreakAsync($"UPDATE Sessions SET Ancestors = 'no list', StartedAt = 'yesterday' WHERE Id = {lost}");

        var found = await host.VerifyAsync();

        Assert.That(found.Problems, Has.All.Contains(broken.Organisation).And.Not.Empty);
        Assert.That(found.Differences.Where(difference => difference.Contains(sound.Id, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Counters_and_summaries_without_an_owner_are_reported_and_removed()
    {
        await host.SummariseAsync();
        await BreakAsync(
            $"UPDATE BudgetCounters SET ScopeId = '999999' WHERE Scope = 5 AND ScopeId = '{lost}'",
            "INSERT INTO CostSummaries (SubjectId, Heading, Day, Item, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, UnpricedTokens, CostBillionUsd, CostNanoUsd, ImputedCostBillionUsd, ImputedCostNanoUsd, AssumedCostBillionUsd, AssumedCostNanoUsd, Sessions) "
            + "SELECT randomblob(16), Heading, Day, Item, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, UnpricedTokens, CostBillionUsd, CostNanoUsd, ImputedCostBillionUsd, ImputedCostNanoUsd, AssumedCostBillionUsd, AssumedCostNanoUsd, Sessions FROM CostSummaries LIMIT 1");

        Assert.That((await host.VerifyAsync()).Differences, Has.Some.Contains("counter of Session 999999").And.Some.Contains("summary of "));
        await host.VerifyAsync(repair: true);

        var after = await host.VerifyAsync();
        Assert.That(after.Differences.Concat(after.Problems), Is.Empty);
    }

    [Test]
    public async Task Command_exits_with_1_and_names_the_organisation_in_trouble()
    {
        await BreakAsync($"DELETE FROM Sessions WHERE Id = {lost}");

        var (exitCode, output) = await ApiProcess.RunAsync(host.Database, "verify");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain($"organisation {broken.Organisation}").And.Contain(" problems"));
    }

    [Test]
    public async Task Usage_without_its_session_does_not_block_compaction()
    {
        await BreakAsync($"DELETE FROM Sessions WHERE Id = {lost}");
        host.Clock.Advance(TimeSpan.FromDays(40));

        Assert.That((await host.CompactAsync(TimeSpan.FromDays(31))).Records, Is.EqualTo(1));
    }

    /// <summary>Writes directly to the file.</summary>
    private async Task BreakAsync(params string[] statements)
    {
        await using var connection = new SqliteConnection(host.Database.ConnectionString);
        await connection.OpenAsync();
        foreach (var statement in statements.Prepend("PRAGMA foreign_keys = OFF"))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // This class's constants.
            command.CommandText = statement;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }
}
