using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Settings;

/// <summary>Settings are patched: an absent member stays unchanged, and null removes a limit.</summary>
internal sealed class SettingsTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Patch_changes_the_named_settings_and_returns_all()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10.00m, weekly_cost_limit_usd = 50m, task_cost_limit_usd = 0.123456789m });

        var changed = await team.ConfigureAsync(new { daily_cost_limit_usd = (decimal?)null, monthly_cost_limit_usd = 1_000_000m });

        Assert.That(changed.ToJsonString(), Is.EqualTo("""
            {"daily_cost_limit_usd":null,"weekly_cost_limit_usd":50.00,"monthly_cost_limit_usd":1000000.00,"task_cost_limit_usd":0.123456789,"session_cost_limit_usd":null,"agent_daily_cost_limit_usd":null,"enforcement":"hard","on_exceed":"stop","abandoned_after_minutes":60,"alert_thresholds":[0.5,0.8,1.0],"runaway":{"window_minutes":10,"max_tokens":500000,"max_repeated_errors":5,"action":"alert"},"apply_guideline_budgets":false,"unpriced_models":"assume","model_fallbacks":[],"timezone":"UTC"}
            """));
        Assert.That((await Api.GetAsync($"/settings/teams/{team.Id}")).Ok.ToJsonString(), Is.EqualTo(changed.ToJsonString()));
    }

    [Test]
    public async Task Runaway_limits_are_patched_within_the_patch()
    {
        var team = await Api.CreateTeamAsync();

        var tokens = await team.ConfigureAsync(new { runaway = new { max_tokens = 1_000 } });
        var action = await team.ConfigureAsync(new { runaway = new { action = "pause", max_repeated_errors = (int?)null }, alert_thresholds = new[] { 0.25m, 2m } });
        var none = await team.ConfigureAsync(new { runaway = new { window_minutes = 60 }, alert_thresholds = (decimal[]?)null });

        Assert.Multiple(() =>
        {
            Assert.That(tokens["runaway"]!.ToJsonString(), Is.EqualTo("""{"window_minutes":10,"max_tokens":1000,"max_repeated_errors":5,"action":"alert"}"""));
            Assert.That(action["runaway"]!.ToJsonString(), Is.EqualTo("""{"window_minutes":10,"max_tokens":1000,"max_repeated_errors":null,"action":"pause"}"""));
            Assert.That(action["alert_thresholds"]!.ToJsonString(), Is.EqualTo("[0.25,2]"));
            Assert.That(none["runaway"]!.ToJsonString(), Is.EqualTo("""{"window_minutes":60,"max_tokens":1000,"max_repeated_errors":null,"action":"pause"}"""));
            Assert.That(none["alert_thresholds"]!.ToJsonString(), Is.EqualTo("[]"));
        });
        Assert.That((await Api.GetAsync($"/settings/teams/{team.Id}")).Ok.ToJsonString(), Is.EqualTo(none.ToJsonString()));
    }

    [Test]
    public async Task Model_fallbacks_are_replaced_as_a_whole_and_removed_by_null()
    {
        var team = await Api.CreateTeamAsync();
        var rules = new[] { new { when_spent = 0.95m, from = "claude-*", to = "claude-haiku-5-5" }, new { when_spent = 0.80m, from = "claude-opus-*", to = "claude-sonnet-5-5" } };

        var set = await team.ConfigureAsync(new { model_fallbacks = rules });
        var kept = await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var replaced = await team.ConfigureAsync(new { model_fallbacks = rules[1..] });
        var removed = await team.ConfigureAsync(new { model_fallbacks = (object?)null });

        const string Second = """{"when_spent":0.80,"from":"claude-opus-*","to":"claude-sonnet-5-5"}""";
        Assert.That(set["model_fallbacks"]!.ToJsonString(), Is.EqualTo($$"""[{"when_spent":0.95,"from":"claude-*","to":"claude-haiku-5-5"},{{Second}}]"""));
        Assert.That(kept["model_fallbacks"]!.ToJsonString(), Is.EqualTo(set["model_fallbacks"]!.ToJsonString()));
        Assert.That(replaced["model_fallbacks"]!.ToJsonString(), Is.EqualTo($"[{Second}]"));
        Assert.That(removed["model_fallbacks"]!.ToJsonString(), Is.EqualTo("[]"));
        Assert.That((await Api.GetAsync($"/settings/teams/{team.Id}")).Ok.ToJsonString(), Is.EqualTo(removed.ToJsonString()));
    }

    [Test]
    public async Task Second_change_based_on_the_same_version_is_refused()
    {
        var team = await Api.CreateTeamAsync();
        var path = $"/settings/teams/{team.Id}";
        var tag = (await Api.GetAsync(path)).Header("ETag");

        var first = await Api.PatchAsync(path, new { daily_cost_limit_usd = 1m }, tag);
        var second = await Api.PatchAsync(path, new { daily_cost_limit_usd = 2m }, tag);
        var third = await Api.PatchAsync(path, new { daily_cost_limit_usd = 3m }, first.Header("ETag"));

        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((second.Status, second.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/stale")));
        Assert.That(third.Ok.Usd("daily_cost_limit_usd"), Is.EqualTo(3m));
        Assert.That((await Api.PatchAsync(path, new { daily_cost_limit_usd = 4m }, "*")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Organisations_and_agents_have_their_own_settings()
    {
        var team = await Api.CreateTeamAsync();

        var organisation = await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { monthly_cost_limit_usd = 500m });
        var agent = await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 5m });
        var unchanged = await Api.PatchAsync($"/settings/agents/{team.Agent}", "{}");

        Assert.That(organisation.Ok.ToJsonString(), Is.EqualTo("""{"daily_cost_limit_usd":null,"monthly_cost_limit_usd":500.00}"""));
        Assert.That(agent.Ok.ToJsonString(), Is.EqualTo("""{"daily_cost_limit_usd":5.00}"""));
        Assert.That(unchanged.Text, Is.EqualTo(agent.Text));
    }

    [Test]
    public async Task Settings_of_an_agent_and_of_an_organisation_can_be_read()
    {
        var team = await Api.CreateTeamAsync();
        foreach (var (path, change) in new (string, object)[]
        {
            ($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 3.5m }),
            ($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 30m, monthly_cost_limit_usd = 300m }),
        })
        {
            Assert.That((await Api.GetAsync(path)).Ok["daily_cost_limit_usd"], Is.Null, path);
            var changed = (await Api.PatchAsync(path, change)).Ok.ToJsonString();
            Assert.That((await Api.GetAsync(path)).Ok.ToJsonString(), Is.EqualTo(changed), path);
        }
    }
}
