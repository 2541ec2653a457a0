using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>Budgets of labels, models and agents against usage over HTTP.</summary>
internal sealed class LabelBudgetTests(Store store) : BudgetFixture(store)
{
    [Test]
    public async Task Customer_is_capped_across_teams_and_a_refusal_names_the_budget()
    {
        var team = await Api.CreateTeamAsync();
        var other = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
        var agent = await Api.CreateAgentAsync(other, "eng-2");
        var budget = await CreateAsync(new { scope = "label", match = "Customer=acme", org_id = team.Organisation, period = "month", limit_usd = 5m, name = "Acme" });
        var first = await StartAsync(team.Agent, new { customer = "acme" });
        var second = await StartAsync(agent, new { customer = "acme", pr = "4711" });
        _ = (await Api.PostAsync($"/sessions/{first}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 4m })).Ok;

        var refusal = await Api.PostAsync($"/sessions/{second}/reservations", new { estimated_cost_usd = 1.01m });
        var elsewhere = await Api.PostAsync($"/sessions/{second}/reservations", new { estimated_cost_usd = 1.01m, labels = new { customer = "globex" } });
        _ = (await Api.PostAsync($"/sessions/{second}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1m })).Ok;
        var start = await Api.PostAsync("/sessions/start", new { agent_id = agent, labels = new { customer = "acme" } });

        Assert.That((refusal.Status, elsewhere.Status, start.Status), Is.EqualTo((HttpStatusCode.PaymentRequired, HttpStatusCode.Created, HttpStatusCode.PaymentRequired)));
        Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.EqualTo(1m));
        Assert.That(
            (refusal.Json["budget"]!.Number("budget_id"), refusal.Json["budget"]!.Text("scope_id")), Is.EqualTo(((long?)long.Parse(budget.Text("id")!, System.Globalization.CultureInfo.InvariantCulture), "customer=acme")));
        Assert.That((await Api.GetAsync($"/agents/{agent}/budget")).Ok.Items("budgets").Select(item => item.Text("budget_name")), Does.Contain("Acme"));
    }

    [Test]
    public async Task Scope_may_be_written_as_org()
    {
        var team = await Api.CreateTeamAsync();

        var budget = await CreateAsync(new { scope = "org", match = team.Organisation, period = "day", limit_tokens = 5 });

        Assert.That((budget.Text("scope"), budget.Number("limit_tokens")), Is.EqualTo(("organisation", (long?)5)));
    }

    [Test]
    public async Task Budget_of_an_agent_follows_it_to_another_team()
    {
        var team = await Api.CreateTeamAsync();
        var other = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
        await CreateAsync(new { scope = "agent", match = team.Agent, period = "total", limit_usd = 5m });
        await team.UseAsync(await team.StartAsync(), 3m);
        _ = (await Api.PostAsync($"/agents/{team.Agent}/move", new { team_id = other })).Ok;
        var session = await StartAsync(team.Agent, new { });

        var refusal = await Api.PostAsync($"/sessions/{session}/reservations", new { estimated_cost_usd = 2.01m });

        Assert.That((refusal.Status, refusal.Json.Usd("max_reservable_usd")), Is.EqualTo((HttpStatusCode.PaymentRequired, (decimal?)2m)));
    }

    private async Task<long> StartAsync(string agent, object labels) =>
        (await Api.PostAsync("/sessions/start", new { agent_id = agent, labels })).Created.Number("id")!.Value;
}
