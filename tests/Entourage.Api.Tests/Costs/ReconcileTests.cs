using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>Recorded and invoiced costs side by side.</summary>
internal sealed class ReconcileTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Models_are_matched_by_alias_and_unmatched_ones_are_listed()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { unpriced_models = "record" });
        var unstated = (await Api.PostAsync($"/teams/{team.Id}/agents", new { name = "eng-2" })).Created.Text("id")!;
        var session = await team.StartAsync();
        var house = $"acme-{Guid.CreateVersion7()}";
        await UseAsync(session, new { input_tokens = 1, output_tokens = 1, cost_usd = 1.5m });
        await UseAsync(session, new { input_tokens = 1, output_tokens = 1, cost_usd = 0.500000001m, model = "anthropic/claude-sonnet-4" });
        await UseAsync(session, new { input_tokens = 1, output_tokens = 1, cost_usd = 9m, model = "gpt-5", billing = "subscription" });
        await UseAsync(session, new { input_tokens = 20, output_tokens = 10, model = house });
        await UseAsync(session, new { input_tokens = 1, output_tokens = 1, cost_usd = 0.25m, model = "gpt-4o-2024-05-13" });
        await UseAsync(await team.StartAsync(agent: unstated), new { input_tokens = 1, output_tokens = 1, cost_usd = 0.125m });
        var invoice = new object[]
        {
            new { model = "claude-sonnet-4-20250514", cost_usd = 1m },
            new { model = "Claude-Sonnet-4-0", cost_usd = 0.6m },
            new { model = "gpt-4o-2024-05-13", cost_usd = 0.25m },
            new { model = "gpt-4o", cost_usd = 3m },
            new { model = "gpt-4o", cost_usd = 0m },
        };

        var answer = await ReconcileAsync($"/teams/{team.Id}", new { invoice });

        AssertAddsUp(answer);
        Assert.That(answer.Items("by_model").Select(Row), Is.EqualTo(new (string?, decimal?, decimal?, decimal?, decimal?)[]
        {
            ("gpt-4o", 0m, 3m, -3m, -100m),
            ("claude-sonnet-4", 2.000000001m, 1.6m, 0.400000001m, 25.0000m),
            (null, 0.125m, 0m, 0.125m, null),
            (house, 0m, 0m, 0m, null),
            ("gpt-4o-2024-05-13", 0.25m, 0.25m, 0m, 0m),
            ("gpt-5", 0m, 0m, 0m, null),
        }));
        var rows = answer.Items("by_model");
        Assert.Multiple(() =>
        {
            Assert.That(Names(rows[1], "recorded_as"), Is.EqualTo(new[] { "anthropic/claude-sonnet-4", "claude-sonnet-4-20250514" }));
            Assert.That(Names(rows[1], "invoiced_as"), Is.EqualTo(new[] { "Claude-Sonnet-4-0", "claude-sonnet-4-20250514" }));
            Assert.That((Names(rows[0], "recorded_as"), Names(rows[0], "invoiced_as")), Is.EqualTo((Array.Empty<string>(), new[] { "gpt-4o" })));
            Assert.That((Names(rows[2], "recorded_as"), Names(rows[2], "invoiced_as")), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
            Assert.That(rows[3].Number("unpriced_tokens"), Is.EqualTo(30));
            Assert.That(rows[5].Usd("imputed_usd"), Is.EqualTo(9m));
            Assert.That((answer.Usd("total_recorded_usd"), answer.Usd("total_invoiced_usd")), Is.EqualTo((2.375000001m, 4.85m)));
            Assert.That(answer.Usd("total_difference_percent"), Is.EqualTo(-51.0309m));
        });
    }

    [Test]
    public async Task Reconciliation_covers_the_requested_days_in_the_time_zone_of_its_scope()
    {
        var team = await Api.CreateTeamAsync("America/New_York");
        var session = await team.StartAsync();

        // 23:30 on the 9th and 00:30 on the 10th in New York; both are on the 10th in UTC.
        await team.UseAsync(session, 1m, new DateTimeOffset(2026, 6, 10, 3, 30, 0, TimeSpan.Zero));
        await team.UseAsync(session, 2m, new DateTimeOffset(2026, 6, 10, 4, 30, 0, TimeSpan.Zero));
        var invoice = new[] { new { model = "claude-sonnet-4", cost_usd = 2m } };

        foreach (var (path, range, recorded) in new (string, object, decimal)[]
        {
            ($"/teams/{team.Id}", new { from = "2026-06-10", to = "2026-06-10", invoice }, 2m),
            ($"/teams/{team.Id}", new { period = "today", invoice }, 2m),
            ($"/teams/{team.Id}", new { to = "2026-06-10T04:00:00Z", invoice }, 1m),
            ($"/teams/{team.Id}", new { invoice }, 3m),
            ($"/teams/{team.Id}", new { from = "2026-06-11", invoice }, 0m),
            ($"/orgs/{team.Organisation}", new { from = "2026-06-10", to = "2026-06-10", invoice }, 3m),
            ($"/orgs/{team.Organisation}", new { period = "30d", invoice }, 3m),
        })
        {
            var answer = await ReconcileAsync(path, range);
            AssertAddsUp(answer);
            Assert.That(answer.Items("by_model").Select(Row), Is.EqualTo(new (string?, decimal?, decimal?, decimal?, decimal?)[]
            {
                ("claude-sonnet-4", recorded, 2m, recorded - 2m, 50m * (recorded - 2m)),
            }));
        }
    }

    [Test]
    public async Task Empty_invoice_shows_the_recorded_costs_or_an_empty_report()
    {
        var team = await Api.CreateTeamAsync();
        var nothing = await ReconcileAsync($"/teams/{team.Id}", new { invoice = Array.Empty<object>() });
        Assert.That(nothing.Items("by_model"), Is.Empty);
        Assert.That((nothing.Usd("total_recorded_usd"), nothing["total_difference_percent"]), Is.EqualTo((0m, (JsonNode?)null)));

        await team.UseAsync(await team.StartAsync(), 1m);
        var recorded = await ReconcileAsync($"/teams/{team.Id}", new { invoice = Array.Empty<object>() });
        AssertAddsUp(recorded);
        Assert.That(recorded.Items("by_model").Select(Row).Single(), Is.EqualTo(("claude-sonnet-4", 1m, 0m, 1m, (decimal?)null)));
    }

    private static (string?, decimal?, decimal?, decimal?, decimal?) Row(JsonNode row) =>
        (row.Text("model"), row.Usd("recorded_usd"), row.Usd("invoiced_usd"), row.Usd("difference_usd"), row.Usd("difference_percent"));

    private static string[] Names(JsonNode row, string member) => [.. row.Items(member).Select(name => name.GetValue<string>())];

    private static void AssertAddsUp(JsonNode answer)
    {
        var rows = answer.Items("by_model");
        Assert.Multiple(() =>
        {
            Assert.That(rows.Sum(row => row.Usd("recorded_usd")), Is.EqualTo(answer.Usd("total_recorded_usd")));
            Assert.That(rows.Sum(row => row.Usd("invoiced_usd")), Is.EqualTo(answer.Usd("total_invoiced_usd")));
            Assert.That(rows.Sum(row => row.Usd("difference_usd")), Is.EqualTo(answer.Usd("total_difference_usd")));
            Assert.That(rows.Sum(row => row.Number("unpriced_tokens")), Is.EqualTo(answer.Number("unpriced_tokens")));
            Assert.That(rows.Sum(row => row.Usd("imputed_usd")), Is.EqualTo(answer.Usd("total_imputed_usd")));
            Assert.That(rows.All(row => row.Usd("recorded_usd") - row.Usd("invoiced_usd") == row.Usd("difference_usd")), Is.True);
        });
    }

    private async Task<JsonNode> ReconcileAsync(string of, object body) => (await Api.PostAsync($"{of}/costs/reconcile", body)).Ok;

    private async Task UseAsync(long session, object usage) => (await Api.PostAsync($"/sessions/{session}/usage", usage)).Expect(System.Net.HttpStatusCode.OK);
}
