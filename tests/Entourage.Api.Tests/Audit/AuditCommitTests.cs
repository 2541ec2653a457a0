using Entourage.Api.Tests.Webhooks;
using Entourage.Testing;

namespace Entourage.Api.Tests.Audit;

/// <summary>An entry and its change are committed together: a failed commit leaves neither, and the change can be retried.</summary>
internal sealed class AuditCommitTests
{
    private ApiHost host = null!;
    private TestTeam team = null!;
    private string task = "";
    private string session = "";
    private string request = "";
    private string webhook = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite, settings: WebhookFixture.Settings);
        await host.ExecuteAsync($"CREATE TABLE Known (Id INTEGER PRIMARY KEY)");
        await host.ExecuteAsync($"CREATE TABLE Doomed (Id INTEGER REFERENCES Known (Id) DEFERRABLE INITIALLY DEFERRED)");
        await host.ExecuteAsync($"CREATE TABLE Doom (Id INTEGER PRIMARY KEY)");

        // The deferred foreign key of this row fails at the commit, when everything has been written. A row switches the trigger on: a connection
        // that has not noticed that another one dropped a trigger would refuse to create it again.
        await host.ExecuteAsync(
            $"CREATE TRIGGER FailCommit AFTER INSERT ON AuditEntries WHEN EXISTS (SELECT * FROM Doom) BEGIN INSERT INTO Doomed VALUES (1); END");
        team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { task_cost_limit_usd = 1m, weekly_cost_limit_usd = 1m });
        task = $"{await team.CreateTaskAsync()}";
        session = $"{await team.StartAsync()}";
        request = (await host.Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "Why?" })).Created.Text("id")!;
        webhook = (await host.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = "http://127.0.0.1:9/", events = new[] { "stop" } })).Created.Text("id")!;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [TestCase("PATCH", "/settings/teams/<team>", """{"monthly_cost_limit_usd": 5}""", "team_settings_changed")]
    [TestCase("PATCH", "/settings/agents/<agent>", """{"daily_cost_limit_usd": 5}""", "agent_settings_changed")]
    [TestCase("PATCH", "/settings/orgs/<org>", """{"daily_cost_limit_usd": 5}""", "organisation_settings_changed")]
    [TestCase("PATCH", "/tasks/<task>", """{"tags": ["budget:3"]}""", "task_cap_changed")]
    [TestCase("PUT", "/prices/house-model?org_id=<org>", """{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1}""", "price_set")]
    [TestCase("POST", "/teams/<team>/pause", """{"reason": "look"}""", "paused")]
    [TestCase("POST", "/sessions/<session>/kill", """{"reason": "enough"}""", "session_killed")]
    [TestCase("POST", "/human-requests/<request>/respond", """{"decision": "approved"}""", "human_request_answered")]
    [TestCase("DELETE", "/webhooks/<webhook>", null, "webhook_deleted")]
    public async Task Failed_commit_leaves_no_entry_and_no_change(string method, string path, string? body, string action)
    {
        path = path.Replace("<team>", team.Id, StringComparison.Ordinal).Replace("<agent>", team.Agent, StringComparison.Ordinal)
            .Replace("<org>", team.Organisation, StringComparison.Ordinal).Replace("<task>", task, StringComparison.Ordinal)
            .Replace("<session>", session, StringComparison.Ordinal).Replace("<request>", request, StringComparison.Ordinal)
            .Replace("<webhook>", webhook, StringComparison.Ordinal);
        var before = await host.CountAsync("AuditEntries");

        await host.ExecuteAsync($"INSERT INTO Doom VALUES (1)");
        var failed = await host.Api.SendAsync(new HttpMethod(method), path, body);
        await host.ExecuteAsync($"DELETE FROM Doom");

        Assert.That((int)failed.Status, Is.GreaterThanOrEqualTo(500), failed.Text);
        Assert.That(await host.CountAsync("AuditEntries"), Is.EqualTo(before));

        // A change that had been committed would leave no entry now.
        var again = await host.Api.SendAsync(new HttpMethod(method), path, body);

        Assert.That((int)again.Status, Is.InRange(200, 204), again.Text);
        Assert.That(await host.CountAsync("AuditEntries"), Is.EqualTo(before + 1));
        Assert.That((await host.Api.GetAsync("/audit?limit=1")).Ok[0]!.Text("action"), Is.EqualTo(action));
    }
}
