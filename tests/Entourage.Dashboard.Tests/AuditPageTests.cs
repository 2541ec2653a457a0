using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of the audit trail.</summary>
internal sealed class AuditPageTests : PageFixture
{
    [Test]
    public async Task Changes_show_old_and_new_values_and_can_be_filtered()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        await Api.PostAsync($"/teams/{Team.Id}/pause", new { reason = "Lunch" });

        await GoAsync($"/audit?team={Team.Id}");
        var rows = Region("Changes").Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.Nth(0)).ToContainTextAsync("Lunch");
        await Expect(rows.Nth(1)).ToContainTextAsync("Team settings changed");
        await Expect(rows.Nth(1)).ToContainTextAsync("operator");
        await Expect(rows.Nth(1)).ToContainTextAsync("without a key");
        await Expect(rows.Nth(1).Locator("del")).ToHaveTextAsync("10.00");
        await Expect(rows.Nth(1).Locator("ins")).ToHaveTextAsync("20.00");
        await Expect(rows.Nth(2).Locator("del")).ToHaveTextAsync("none");
        await ExpectGoodAsync();

        await Page.GetByLabel("Action").SelectOptionAsync("paused");
        await Expect(rows).ToHaveCountAsync(1);
        await Page.GetByLabel("Actor", new() { Exact = true }).FillAsync("nobody");
        await Page.GetByLabel("Actor", new() { Exact = true }).BlurAsync();
        await Expect(Page.GetByText("No matching changes.")).ToBeVisibleAsync();
        await Page.GetByLabel("From", new() { Exact = true }).FillAsync("2026-06-10");
        await Page.GetByLabel("From", new() { Exact = true }).BlurAsync();
        await Page.GetByLabel("To (inclusive)").FillAsync("2026-06-01");
        await Page.GetByLabel("To (inclusive)").BlurAsync();
        await Expect(ErrorOf("To (inclusive)")).ToHaveTextAsync("The end of the range must be later than its start.");
    }
}
