using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The settings pages of teams and organisations.</summary>
internal sealed class SettingsPageTests : PageFixture
{
    private const string TeamCaps = "Spending caps";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Webhooks:AllowPrivateAddresses"] = "true" };

    [Test]
    public async Task Changed_settings_are_saved()
    {
        await OpenSettingsAsync();
        await Button("Save settings").ClickAsync();
        await Expect(Page.GetByText("There are no changes to save.")).ToBeVisibleAsync();
        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("50");
        await Page.GetByLabel("Per month").FillAsync("1000.5");
        await Page.GetByLabel("When a cap is reached").SelectOptionAsync("observe");
        await Page.GetByLabel("When a session exceeds a cap").SelectOptionAsync("kill");
        await Page.GetByLabel("Alert thresholds").FillAsync("25, 50, 99.5");
        await Page.GetByLabel("Same error in a row").FillAsync("");
        await Page.GetByLabel("Action", new() { Exact = true }).SelectOptionAsync("pause");
        await Button("Save settings").ClickAsync();
        await Expect(Page.GetByText("Saved. The change applies from the next call on.")).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Per day", new() { Exact = true })).ToHaveValueAsync("50.00");

        var settings = (await Api.GetAsync($"/settings/teams/{Team.Id}")).Ok;
        Assert.Multiple(() =>
        {
            Assert.That(settings.Usd("daily_cost_limit_usd"), Is.EqualTo(50m));
            Assert.That(settings.Usd("monthly_cost_limit_usd"), Is.EqualTo(1000.5m));
            Assert.That(settings.Usd("weekly_cost_limit_usd"), Is.Null);
            Assert.That(settings.Text("enforcement"), Is.EqualTo("observe"));
            Assert.That(settings.Text("on_exceed"), Is.EqualTo("kill"));
            Assert.That(settings["alert_thresholds"]!.ToJsonString(), Is.EqualTo("[0.25,0.5,0.995]"));
            Assert.That(settings["runaway"]!.Number("max_repeated_errors"), Is.Null);
            Assert.That(settings["runaway"]!.Number("max_tokens"), Is.EqualTo(500_000));
            Assert.That(settings["runaway"]!.Text("action"), Is.EqualTo("pause"));
        });
    }

    [Test]
    public async Task Invalid_settings_show_an_error_at_their_field_and_are_not_saved()
    {
        await OpenSettingsAsync();
        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("lots");
        await Page.GetByLabel("Within").FillAsync("soon");
        await Button("Save settings").ClickAsync();
        await Expect(ErrorOf("Per day")).ToHaveTextAsync("Enter an amount in dollars, for example 12.50.");
        await Expect(ErrorOf("Within")).ToHaveTextAsync("Enter a whole number.");

        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("2000000");
        await Page.GetByLabel("Within").FillAsync("5000");
        await Page.GetByLabel("Alert thresholds").FillAsync("80, 50");
        await Page.GetByLabel("Abandon a session after").FillAsync("1");
        await Button("Save settings").ClickAsync();
        await Expect(ErrorOf("Per day")).ToContainTextAsync("must be between 0 and 1000000");
        await Expect(ErrorOf("Within")).ToContainTextAsync("must be between 1 and 1440");
        await Expect(ErrorOf("Alert thresholds")).ToContainTextAsync("shares in rising order");
        await Expect(ErrorOf("Abandon a session after")).ToContainTextAsync("must be between 5 and 10080");
        await Expect(Page.GetByLabel("Per day", new() { Exact = true })).ToHaveAttributeAsync("aria-invalid", "true");
        await ExpectAccessibleAsync();

        await Page.ReloadAsync();
        await Page.GetByLabel("Time zone").FillAsync("Berlin");
        await Button("Save settings").ClickAsync();
        await Expect(ErrorOf("Time zone")).ToContainTextAsync("is not an IANA time zone");
        Assert.That((await Api.GetAsync($"/settings/teams/{Team.Id}")).Ok.Usd("daily_cost_limit_usd"), Is.Null);
    }

    [Test]
    public async Task Changes_by_others_are_shown_before_they_are_overwritten()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await OpenSettingsAsync();
        await Expect(Page.GetByLabel("Per day", new() { Exact = true })).ToHaveValueAsync("10.00");
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m, weekly_cost_limit_usd = 70m });

        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("30");
        await Button("Save settings").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Someone else saved these settings");
        await Expect(Region(TeamCaps)).ToContainTextAsync("Someone else changed this from 10.00 to 20.00.");
        await Expect(Page.GetByLabel("Per day", new() { Exact = true })).ToHaveValueAsync("30");
        await Expect(Page.GetByLabel("Per week")).ToHaveValueAsync("70.00");
        await ExpectAccessibleAsync();

        await Button("Save settings").ClickAsync();
        await Expect(Page.GetByText("Saved. The change applies from the next call on.")).ToBeVisibleAsync();
        var settings = (await Api.GetAsync($"/settings/teams/{Team.Id}")).Ok;
        Assert.That((settings.Usd("daily_cost_limit_usd"), settings.Usd("weekly_cost_limit_usd")), Is.EqualTo(((decimal?)30m, (decimal?)70m)));
    }

    [Test]
    public async Task The_cap_of_a_single_agent_can_be_set()
    {
        await OpenSettingsAsync();
        await Page.GetByLabel("eng-1", new() { Exact = true }).FillAsync("-1");
        await Button("Save the cap of eng-1").ClickAsync();
        await Expect(ErrorOf("eng-1")).ToContainTextAsync("must be between 0 and");
        await Page.GetByLabel("eng-1", new() { Exact = true }).FillAsync("2.50");
        await Button("Save the cap of eng-1").ClickAsync();
        await Expect(Page.GetByText("eng-1 can spend $2.50 per day.")).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Usd("daily_limit_usd") ?? (await Team.BudgetAsync()).Items("budgets")[0].Usd("limit_usd"), Is.EqualTo(2.5m));

        await Page.ReloadAsync();
        await Expect(Page.GetByLabel("eng-1", new() { Exact = true })).ToHaveValueAsync("2.50");
    }

    [Test]
    public async Task The_caps_of_an_organisation_can_be_set()
    {
        await GoAsync($"/orgs/{Team.Organisation}/settings");
        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("x");
        await Button("Save settings").ClickAsync();
        await Expect(ErrorOf("Per day")).ToContainTextAsync("Enter an amount in dollars");
        await Page.GetByLabel("Per day", new() { Exact = true }).FillAsync("500");
        await Page.GetByLabel("Per month").FillAsync("1000001");
        await Button("Save settings").ClickAsync();
        await Expect(ErrorOf("Per month")).ToContainTextAsync("must be between 0 and 1000000");
        await Page.GetByLabel("Per month").FillAsync("");
        await ExpectGoodAsync();
        await Button("Save settings").ClickAsync();
        await Expect(Page.GetByText("Saved. The change applies from the next call on.")).ToBeVisibleAsync();
        var budget = (await Team.BudgetAsync()).Items("budgets").Single();
        Assert.That((budget.Text("scope"), budget.Usd("limit_usd")), Is.EqualTo(("organisation", (decimal?)500m)));
    }

    [Test]
    public async Task A_webhook_can_be_created_tested_and_deleted()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await OpenSettingsAsync();
        await Button("Add a notification").ClickAsync();
        await Page.GetByLabel("Address").FillAsync("ftp://example.com");
        await Button("Create webhook").ClickAsync();
        await Expect(ErrorOf("Address")).ToContainTextAsync("must be an absolute http or https URL");
        await Page.GetByLabel("Address").FillAsync(receiver.Url);
        await Page.GetByLabel("alerts", new() { Exact = true }).UncheckAsync();
        await Page.GetByLabel("stops").UncheckAsync();
        await Button("Create webhook").ClickAsync();
        await Expect(Page.GetByText("Choose at least one event, or a digest.")).ToBeVisibleAsync();
        await Page.GetByLabel("stops").CheckAsync();
        await ExpectAccessibleAsync();
        await Button("Create webhook").ClickAsync();

        var secret = Region("Notifications").Locator(".copy code");
        await Expect(secret).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^whsec_"));
        await Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await Button("Copy the secret").ClickAsync();
        await Expect(Region("Notifications").Locator(".copied")).ToHaveTextAsync("Copied");
        Assert.That(await Page.EvaluateAsync<string>("navigator.clipboard.readText()"), Is.EqualTo(await secret.TextContentAsync()));
        await Button("Done").ClickAsync();
        await Expect(secret).ToHaveCountAsync(0);

        await Button($"Test {receiver.Url}").ClickAsync();
        Assert.That((await receiver.ReadAsync()).Json.Text("type"), Is.EqualTo("test"));
        await Expect(Page.GetByRole(AriaRole.Region, new() { NameRegex = new("^Deliveries to") })).ToContainTextAsync("Delivered");
        await ExpectGoodAsync();

        await Button($"Delete {receiver.Url}").ClickAsync();
        await Expect(Dialog).ToContainTextAsync($"{receiver.Url} gets no more messages");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(Region("Notifications")).ToContainTextAsync("No notifications yet.");
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/webhooks")).Ok.AsArray(), Is.Empty);
    }

    private async Task OpenSettingsAsync()
    {
        await GoAsync($"/teams/{Team.Id}/settings");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = TeamCaps, Exact = true })).ToBeVisibleAsync();
    }
}
