using System.Net;
using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Commands;

/// <summary>
/// A session, task or event number is never reused, even after a restore (rule 17). What clients still hold from the
/// time after the backup must not name something else.
/// </summary>
internal sealed class RestoreTests(Store store) : DatabaseFixture(store)
{
    // The largest integer that JavaScript keeps exact.
    private const long GreatestExactNumber = 1L << 53;

    private string Copy => Database.FilePath + ".backup";

    [SetUp]
    public void RequireSqlite() => Assume.That(Store == Store.Sqlite, "SQL Server makes its own backups");

    [Test]
    public async Task Ids_from_the_lost_time_name_nothing_else_after_a_restore()
    {
        TestTeam team;
        long session, lostSession, lostTask;
        string tag, lostTag, lostReservation, lostEvent, knownEvent;
        await using (var host = ApiHost.StartOn(Database))
        {
            team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
            session = await team.StartAsync();
            await team.CreateTaskAsync();
            await team.UseAsync(session, 0.01m);
            tag = await ReadTagAsync(team);
            knownEvent = await ReadEventIdAsync(team);
            await RunAsync(0, "backup", Copy);

            lostSession = await team.StartAsync();
            lostTask = await team.CreateTaskAsync();
            await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
            lostTag = await ReadTagAsync(team);
            lostReservation = await team.CreateReservationAsync(lostSession, 0.5m);
            for (var usage = 0; usage < 3; usage++)
            {
                await team.UseAsync(session, 0.01m, idempotencyKey: $"lost-{usage}");
            }

            lostEvent = await ReadEventIdAsync(team);
        }

        await RunAsync(0, "restore", Copy);
        await using var restored = ApiHost.StartOn(Database);
        team = team with { Api = restored.Api };
        var other = await restored.Api.CreateAgentAsync(team.Id, "eng-2");
        var (newSession, newTask) = (await team.StartAsync(agent: other), await team.CreateTaskAsync());
        Assert.That(newSession, Is.GreaterThan(lostSession).And.LessThan(GreatestExactNumber));
        Assert.That(newTask, Is.GreaterThan(lostTask).And.LessThan(GreatestExactNumber));
        await AssertNotFoundAsync(await restored.Api.PostAsync($"/sessions/{lostSession}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.01m }, "late"));
        await AssertNotFoundAsync(await restored.Api.PostAsync($"/sessions/{lostSession}/end", new { }));
        await AssertNotFoundAsync(await restored.Api.GetAsync($"/tasks/{lostTask}"));
        var unknown = await restored.Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.01m, reservation_id = lostReservation });
        Assert.That((unknown.Status, unknown.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/unknown-reservation")));

        await AssertSettingsTagsAsync(team, tag, lostTag);

        // Usage from after the backup is counted once, however often it is resent.
        for (var time = 0; time < 2; time++)
        {
            await team.UseAsync(session, 0.01m, idempotencyKey: "lost-0");
        }

        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(0.02m));
        foreach (var position in new[] { knownEvent, lostEvent })
        {
            await using var events = await EventReader.OpenAsync(restored.Api, $"/teams/{team.Id}/events", position);
            var read = await events.ReadAsync(4);
            Assert.That(read.Select(message => message.Kind), Is.EquivalentTo(new[] { "session", "settings", "settings", "usage" }), position);
            Assert.That(read.Single(message => message.Kind == "usage").Json["data"]!.Number("sequence"), Is.LessThan(GreatestExactNumber));
        }

        await RunAsync(0, "verify");
    }

    [Test]
    public async Task Backup_restored_twice_issues_no_number_twice()
    {
        await using (var host = ApiHost.StartOn(Database))
        {
            await (await host.Api.CreateTeamAsync()).StartAsync();
            await RunAsync(0, "backup", Copy);
        }

        var sessions = new List<long> { await NextSessionAsync() };
        foreach (var emptied in new[] { false, false, true })
        {
            if (emptied)
            {
                // Nothing left shows which numbers were issued.
                File.Delete(Database.FilePath);
            }

            await RunAsync(0, "restore", Copy);
            sessions.Add(await NextSessionAsync());
        }

        Assert.That(sessions, Is.Ordered.And.Unique);
    }

    [Test]
    public async Task Webhook_and_event_stream_continue_beyond_the_gap_in_the_numbers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var settings = new Dictionary<string, string> { ["Webhooks:AllowPrivateAddresses"] = "true" };
        TestTeam team;
        TestTeam busy;
        string position;
        await using (var process = await ApiProcess.StartAsync(Database, settings: settings))
        {
            team = await process.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
            busy = await process.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
            _ = (await process.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = receiver.Url, events = new[] { "usage" } })).Created;
            position = await ReadEventIdAsync(team);
            await process.TerminateAsync();
        }

        await RunAsync(0, "backup", Copy);
        await RunAsync(0, "restore", Copy);
        await using var restored = await ApiProcess.StartAsync(Database, settings: settings);
        (team, busy) = (team with { Api = restored.Api }, busy with { Api = restored.Api });

        // Usage of another team comes first, so the webhook and the stream advance over everything in between.
        await busy.UseAsync(await busy.StartAsync(), 0.01m);
        await using var idle = await EventReader.OpenAsync(restored.Api, $"/teams/{team.Id}/events");
        var usage = (await team.UseAsync(await team.StartAsync(), 0.01m)).Text("usage_id");
        Assert.That((await receiver.ReadAsync()).Json.Text("id"), Is.EqualTo(usage));
        await using var late = await EventReader.OpenAsync(restored.Api, $"/teams/{team.Id}/events", position);
        foreach (var reader in new[] { idle, late })
        {
            Assert.That((await reader.ReadAsync(2)).Select(message => message.Kind), Is.EquivalentTo(new[] { "session", "usage" }));
        }
    }

    [Test]
    public async Task File_copied_by_hand_issues_no_number_twice_after_the_after_restore_command()
    {
        TestTeam team;
        long lost;
        await using (var host = ApiHost.StartOn(Database))
        {
            team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
            await RunAsync(0, "backup", Copy);
            lost = await team.StartAsync();
            await RunAsync(1, "after-restore");
        }

        File.Copy(Copy, Database.FilePath, overwrite: true);
        var output = await RunAsync(0, "after-restore");
        Assert.That(output, Does.Contain("Keys").IgnoreCase);
        await using var restored = ApiHost.StartOn(Database);
        Assert.That(await (team with { Api = restored.Api }).StartAsync(), Is.GreaterThan(lost));
    }

    [Test]
    public async Task Key_revoked_after_the_backup_stays_revoked_if_the_replaced_store_has_the_revocation()
    {
        string revoked;
        await using (var host = ApiHost.StartOn(Database, ApiHost.WithKeys))
        {
            var made = (await host.Api.PostAsync("/keys", new { name = "leaked", role = "admin" })).Created;
            revoked = made.Text("key")!;
            await RunAsync(0, "backup", Copy);
            Assert.That((await host.Api.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        }

        Assert.That(await RunAsync(0, "restore", Copy), Does.Contain("leaked").And.Contains("revoked"));
        await using (var restored = ApiHost.StartOn(Database, ApiHost.WithKeys))
        {
            Assert.That(await StatusAsync(restored.ClientWith(revoked)), Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(await StatusAsync(restored.Api), Is.EqualTo(HttpStatusCode.OK));
        }

        // Nothing shows the revocations, so the output names the keys that may be valid again.
        File.Delete(Database.FilePath);
        Assert.That(await RunAsync(0, "restore", Copy), Does.Contain("leaked").And.Contains("work again"));
        await using var bare = ApiHost.StartOn(Database, ApiHost.WithKeys);
        Assert.That(await StatusAsync(bare.ClientWith(revoked)), Is.EqualTo(HttpStatusCode.OK));

        static async Task<HttpStatusCode> StatusAsync(ApiClient api) => (await api.GetAsync("/keys")).Status;
    }

    [Test]
    public async Task Killed_restore_leaves_the_old_store_or_the_complete_new_one()
    {
        long lost;
        TestTeam team;
        await using (var host = ApiHost.StartOn(Database))
        {
            team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
            await team.StartAsync();
            await RunAsync(0, "backup", Copy);
            lost = await team.StartAsync();
        }

        var folder = Path.GetDirectoryName(Database.FilePath)!;
        var moments = new Func<bool>[]
        {
            () => Directory.GetFiles(folder, "*.partial").Length > 0,
            () => Directory.GetFiles(folder, "*.partial").Any(file => new FileInfo(file).Length >= new FileInfo(Copy).Length),
            () => Directory.GetFiles(folder, "*.partial-journal").Length > 0,
            () => Directory.GetFiles(folder, "*.replaced-*").Length > 0,
        };
        foreach (var moment in moments)
        {
            await ApiProcess.RunUntilAsync(Database, moment, "restore", Copy);
            foreach (var left in Directory.GetFiles(folder, "*.partial*").Concat(Directory.GetFiles(folder, "*.replaced-*")))
            {
                File.Delete(left);
            }

            var next = await NextSessionAsync();
            Assert.That(next, Is.EqualTo(lost).Or.GreaterThan(1_000_000L), "the old store continues after its last number, the new one far ahead");
        }
    }

    /// <summary>The number from which the store numbers new sessions.</summary>
    private async Task<long> NextSessionAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Database.FilePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq FROM sqlite_sequence WHERE name = 'Sessions'";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task AssertSettingsTagsAsync(TestTeam team, string tag, string lostTag)
    {
        // A version increases by one with each change. Changes in the lost time must not lead to its entity tags.
        for (var change = 1; change <= 2; change++)
        {
            await team.ConfigureAsync(new { weekly_cost_limit_usd = 10m + change });
            foreach (var stale in new[] { tag, lostTag })
            {
                var answer = await team.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 7m }, stale);
                Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/stale")), $"{stale} after {change}");
            }
        }
    }

    private static Task AssertNotFoundAsync(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound), answer.Text);
        return Task.CompletedTask;
    }

    private static async Task<string> ReadTagAsync(TestTeam team) =>
        (await team.Api.GetAsync($"/settings/teams/{team.Id}")).Header("ETag")!;

    private static async Task<string> ReadEventIdAsync(TestTeam team)
    {
        await using var events = await EventReader.OpenAsync(team.Api, $"/teams/{team.Id}/events");
        await team.ConfigureAsync(new { monthly_cost_limit_usd = 1_000m });
        return (await events.ReadAsync())!.Id;
    }

    private async Task<string> RunAsync(int exitCode, params string[] arguments)
    {
        var ended = await ApiProcess.RunAsync(Database, arguments);
        Assert.That(ended.ExitCode, Is.EqualTo(exitCode), ended.Output);
        return ended.Output;
    }
}
