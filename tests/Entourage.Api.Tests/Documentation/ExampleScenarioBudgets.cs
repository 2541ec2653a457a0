using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <content>Budgets of their own, and a refusal by a limit per minute.</content>
internal sealed partial class ExampleScenario
{
    private async Task BudgetAsync()
    {
        var budget = await CreateAsync("createBudget", "/budgets", new
        {
            name = "Customers",
            scope = "label",
            match = "customer=*",
            org_id = organisation,
            period = "month",
            starts_on = 15,
            limit_usd = 200.00m,
            thresholds = new[] { 0.8m, 1m },
        });
        await record.CallAsync("listBudgets", Get, $"/budgets?team_id={team}&scope=team");
        await record.CallAsync("getBudget", Get, $"/budgets/team-{team}-day");
        await record.CallAsync("changeBudget", Patch, $"/budgets/{budget}", new { limit_usd = 250.00m });
        await record.CallAsync("deleteBudget", Delete, $"/budgets/{budget}");
        var rate = (await host.Api.PostAsync("/budgets", new { name = "Loop brake", scope = "agent", match = agent, period = "minute", limit_tokens = 6_000 })).Created.Text("id");
        await record.RefuseAsync(Post, $"/sessions/{session}/reservations", new { model = Model, input_tokens = 2_000, max_output_tokens = 1_000 });
        await host.Api.SendAsync(Delete, $"/budgets/{rate}", null);
    }
}
