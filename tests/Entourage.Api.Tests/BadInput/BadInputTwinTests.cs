using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Input just within the bounds is accepted: the valid twins of bad input.</summary>
[TestFixture]
internal sealed class BadInputTwinTests
{
    private ApiHost host = null!;
    private TestTeam team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite);
        team = await host.Api.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [TestCase("0.123456789", "0.123456789")]
    [TestCase("0.500000000000000000000000000000000000000", "0.50")]
    [TestCase("1e-9", "0.000000001")]
    [TestCase("10e-10", "0.000000001")]
    [TestCase("0.10e-8", "0.000000001")]
    [TestCase("1000.0e-12", "0.000000001")]
    [TestCase("0.000000001e0", "0.000000001")]
    [TestCase("0.0e-99", "0.00")]
    [TestCase("1000000", "1000000.00")]
    [TestCase("1000000.000000000", "1000000.00")]
    [TestCase("1e6", "1000000.00")]
    [TestCase("0", "0.00")]
    [TestCase("-0", "0.00")]
    [TestCase("0e400", "0.00")]
    public async Task Amount_is_accepted_to_the_last_digit(string json, string expected)
    {
        var session = await team.StartAsync();
        var usage = (await host.Api.PostAsync(
            $"/sessions/{session}/usage", $$"""{"input_tokens": 1, "output_tokens": 1, "cost_usd": {{json}}}""")).Ok;
        var settings = (await host.Api.PatchAsync($"/settings/teams/{team.Id}", $$"""{"monthly_cost_limit_usd": {{json}}, "enforcement": "observe"}""")).Ok;
        var reservation = (await host.Api.PostAsync($"/sessions/{session}/reservations", $$"""{"estimated_cost_usd": {{json}}}""")).Created;
        Assert.Multiple(() =>
        {
            Assert.That(usage["cost_usd"]!.ToJsonString(), Is.EqualTo(expected));
            Assert.That(reservation["amount_usd"]!.ToJsonString(), Is.EqualTo(expected));
            Assert.That(settings["monthly_cost_limit_usd"]!.ToJsonString(), Is.EqualTo(expected));
        });
    }

    [TestCase("2500.0", 2_500)]
    [TestCase("25e2", 2_500)]
    [TestCase("1000000000", 1_000_000_000)]
    [TestCase("1e9", 1_000_000_000)]
    [TestCase("0", 0)]
    public async Task Whole_count_is_accepted_in_every_notation(string json, long expected)
    {
        var session = await team.StartAsync();
        var usage = (await host.Api.PostAsync($"/sessions/{session}/usage", $$"""{"input_tokens": {{json}}, "output_tokens": 0}""")).Ok;
        Assert.That(usage.Number("input_tokens"), Is.EqualTo(expected));
    }

    [TestCase("1", 1)]
    [TestCase("3600", 3_600)]
    [TestCase("60.0", 60)]
    [TestCase("6e1", 60)]
    [TestCase("3600.000000000000000000000000000000", 3_600)]
    [TestCase("null", 300)]
    public async Task Reservation_lasts_from_one_second_to_one_hour(string json, int seconds)
    {
        var session = await team.StartAsync();
        var granted = (await host.Api.PostAsync($"/sessions/{session}/reservations", $$"""{"estimated_cost_usd": 0, "ttl_seconds": {{json}}}""")).Created;
        var shortest = await team.CreateReservationAsync(session, 0m, 1);
        var extended = (await host.Api.PostAsync($"/reservations/{shortest}/extend", $$"""{"ttl_seconds": {{(json == "null" ? "300" : json)}}}""")).Ok;
        var expires = host.Clock.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        Assert.That((granted.Text("expires_at"), extended.Text("expires_at")), Is.EqualTo((expires, expires)));
    }

    [Test]
    public async Task Reservation_id_is_accepted_in_every_notation()
    {
        var session = await team.StartAsync();
        var (first, second) = (await team.CreateReservationAsync(session, 1m), await team.CreateReservationAsync(session, 1m));
        Assert.That((await host.Api.SendAsync(HttpMethod.Delete, $"/reservations/{first.ToUpperInvariant()}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await team.UseAsync(session, 1m, reservation: second.ToUpperInvariant())).Usd("reserved_usd"), Is.Zero);
    }

    [Test]
    public async Task Usage_may_state_that_it_has_no_reservation()
    {
        var session = await team.StartAsync();
        var usage = (await host.Api.PostAsync($"/sessions/{session}/usage", """{"input_tokens": 1, "output_tokens": 1, "reservation_id": null}""")).Ok;
        Assert.That(usage.Usd("overrun_usd"), Is.Zero);
    }

    [TestCase("2026-06-10T12:05:00Z", "2026-06-10T12:05:00Z")]
    [TestCase("2026-05-11T12:00:00Z", "2026-05-11T12:00:00Z")]
    [TestCase("2026-06-10T14:00:00+02:00", "2026-06-10T12:00:00Z")]
    [TestCase("2026-06-10T12:00:00.1234567Z", "2026-06-10T12:00:00.1234567Z")]
    public async Task Usage_is_accepted_from_30_days_back_to_5_minutes_ahead(string occurredAt, string expected)
    {
        var session = await team.StartAsync();
        await team.UseAsync(session, 0.01m, DateTimeOffset.Parse(occurredAt, CultureInfo.InvariantCulture));
        var usage = (await host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Single()!;
        Assert.That(usage.Text("occurred_at"), Is.EqualTo(expected));
    }

    [TestCase("预算团队")]
    [TestCase("Команда 🚀👩‍💻")]
    [TestCase("مرحبا")]
    [TestCase("Ångström")]
    [TestCase("'; DROP TABLE \"Teams\"; --")]
    [TestCase("<script>alert(1)</script>")]
    public async Task Name_is_returned_unchanged(string name)
    {
        var agent = await host.Api.CreateAgentAsync(team.Id, name);
        var task = await team.CreateTaskAsync(new { title = name, description = name + "\r\n\t" + name, tags = new[] { name } });
        var read = (await host.Api.GetAsync($"/tasks/{task}")).Ok;
        Assert.Multiple(async () =>
        {
            Assert.That((await host.Api.GetAsync($"/agents/{agent}")).Ok.Text("name"), Is.EqualTo(name));
            Assert.That(read.Text("title"), Is.EqualTo(name));
            Assert.That(read.Text("description"), Is.EqualTo(name + "\r\n\t" + name));
            Assert.That(read["tags"]![0]!.GetValue<string>(), Is.EqualTo(name));
        });
    }

    [Test]
    public async Task Longest_texts_are_accepted()
    {
        var organisation = (await host.Api.PostAsync("/orgs", new { name = new string('n', 200), slug = new string('s', 100) })).Created;
        var agent = (await host.Api.PostAsync($"/teams/{team.Id}/agents", new { name = string.Concat(Enumerable.Repeat("😀", 100)), model = new string('m', 100) })).Created;
        var task = (await host.Api.PostAsync($"/teams/{team.Id}/tasks", new
        {
            title = new string('t', 500),
            description = new string('d', 20_000),
            tags = Enumerable.Range(0, 50).Select(number => number.ToString(CultureInfo.InvariantCulture).PadLeft(100, 'g')),
        })).Created;
        Assert.Multiple(() =>
        {
            Assert.That(organisation.Text("name"), Has.Length.EqualTo(200));
            Assert.That(organisation.Text("slug"), Has.Length.EqualTo(100));
            Assert.That(agent.Text("name"), Has.Length.EqualTo(200));
            Assert.That(task.Text("title"), Has.Length.EqualTo(500));
            Assert.That(task.Text("description"), Has.Length.EqualTo(20_000));
            Assert.That(task.Items("tags"), Has.Count.EqualTo(50));
        });
    }

    [TestCase("budget:0.50", "0.50")]
    [TestCase("Budget:1000000", "1000000.00")]
    [TestCase("budget:0.000000001", "0.000000001")]
    public async Task Budget_tag_caps_its_task(string tag, string expected)
    {
        var task = (await host.Api.PostAsync($"/teams/{team.Id}/tasks", new { title = "Capped", tags = new[] { tag } })).Created;
        Assert.That(task["budget_usd"]!.ToJsonString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task Body_of_one_mebibyte_is_accepted()
    {
        var body = """{"name": "Large", "slug": "large"}""".PadRight(1_048_576);
        Assert.That((await host.Api.PostAsync("/orgs", body)).Created.Text("slug"), Is.EqualTo("large"));
    }

    [Test]
    public async Task Idempotency_key_of_200_characters_is_accepted()
    {
        var key = "!~ " + new string('k', 197);
        var first = await host.Api.PostAsync("/orgs", new { name = "Keyed", slug = "keyed" }, key);
        var second = await host.Api.PostAsync("/orgs", new { name = "Keyed", slug = "keyed" }, key);
        Assert.That(second.Created.Text("id"), Is.EqualTo(first.Created.Text("id")));
        Assert.That(second.Header("Idempotent-Replayed"), Is.EqualTo("true"));
    }

    [TestCase(null)]
    [TestCase("{}")]
    [TestCase("null")]
    public async Task Session_ends_without_a_body(string? body)
    {
        var session = await team.StartAsync();
        Assert.That((await host.Api.PostAsync($"/sessions/{session}/end", body)).Ok.Text("status"), Is.EqualTo("completed"));
    }

    [TestCase("from=2026-06-10T10:15Z", "2026-06-10T10:15:00Z")]
    [TestCase("from=2026-06-10T10:15:00Z", "2026-06-10T10:15:00Z")]
    [TestCase("from=2026-06-10T10:15:00.5Z", "2026-06-10T10:15:00Z")]
    [TestCase("from=2026-06-10T12:15:00%2B02:00", "2026-06-10T10:15:00Z")]
    [TestCase("from=2026-06-10", "2026-06-10T00:00:00Z")]
    [TestCase("period=today", "2026-06-10T00:00:00Z")]
    public async Task Cost_report_begins_at_the_requested_instant(string query, string expected) =>
        Assert.That((await team.CostsAsync("?" + query)).Text("from"), Is.EqualTo(expected));
}
