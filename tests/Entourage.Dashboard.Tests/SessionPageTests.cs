using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of a session.</summary>
internal sealed class SessionPageTests : PageFixture
{
    [Test]
    public async Task Usage_and_errors_appear_live()
    {
        var session = await Team.StartAsync(await Team.CreateTaskAsync());
        await GoLiveAsync($"/sessions/{session}");
        await Expect(Region("Cost over time")).ToContainTextAsync($"{Api.Http.BaseAddress}api/v1/sessions/{session}/usage");

        await Team.UseAsync(session, 0.0123m);
        await Expect(Figure("Cost")).ToHaveTextAsync("$0.0123");
        _ = (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_200_000, output_tokens = 5, cost_usd = 4m, error = "Overloaded" })).Ok;
        await Expect(Figure("Cost")).ToHaveTextAsync("$4.01");
        await Expect(Figure("Input tokens")).ToHaveTextAsync("1.2M");
        await Expect(Figure("Failed calls")).ToHaveTextAsync("1");
        await Expect(Region("Usage").Locator("tbody tr").First).ToContainTextAsync("Overloaded");
        await Expect(Page.GetByRole(AriaRole.Img, new() { Name = "Cost of the session: $4.01" })).ToBeVisibleAsync();
        await Expect(Region("Cost over time").Locator(".x li").Last).ToHaveTextAsync("12:00:00");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task Calls_through_the_gateway_appear_live()
    {
        var session = await Team.StartAsync();
        await GoLiveAsync($"/sessions/{session}");
        await Expect(Figure("Cost")).ToHaveTextAsync("$0.00");
        await Expect(Region("Gateway")).ToHaveCountAsync(0);

        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.05m });
        var call = await Host.SendAsync(Reserve(session, maxOutputTokens: 100_000));
        await Expect(Figure("Running now")).ToHaveTextAsync("1");
        await Expect(Figure("Lowered")).ToHaveTextAsync("1");
        await Assert.ThrowsAsync<BudgetExceededException>(() => Host.SendAsync(Reserve(session, maxOutputTokens: 100_000)));
        await Expect(Figure("Refused")).ToHaveTextAsync("1");
        await Expect(Note("Refused")).ToContainTextAsync("last at");
        var facts = new GatewayCall("claude-opus-5", ResponseId: null, IsEstimate: true) { IsOutputLimitLowered = call.IsLowered };
        await Host.SendAsync(new SettleCallCommand(session, call.ReservationId, new(new(1_000, 10)), ApiClient.ListedModel, facts, Billing.Api, Error: null));

        await Expect(Figure("Running now")).ToHaveTextAsync("0");
        await Expect(Figure("Calls")).ToHaveTextAsync("1");
        await Expect(Figure("Sent to another model")).ToHaveTextAsync("1");
        var row = Region("Usage").Locator("tbody tr").First;
        await Expect(row).ToContainTextAsync("instead of claude-opus-5");
        await Expect(row).ToContainTextAsync("Limit lowered");
        await Expect(row).ToContainTextAsync("Estimated");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task The_team_lists_which_sessions_came_through_the_gateway_and_what_is_running()
    {
        var (session, other) = (await Team.StartAsync(), await Team.StartAsync());
        await Host.SendAsync(Reserve(session, maxOutputTokens: 100));
        await GoLiveAsync($"/teams/{Team.Id}");

        var status = Row("Sessions today", $"Session {session}").Locator("[data-name=Status]");
        await Expect(status).ToContainTextAsync("Gateway");
        await Expect(status).ToContainTextAsync("1 call running");
        await Expect(Row("Sessions today", $"Session {other}").Locator("[data-name=Status]")).Not.ToContainTextAsync("Gateway");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task A_session_can_be_killed_from_its_page()
    {
        var session = await Team.StartAsync();
        await GoLiveAsync($"/sessions/{session}");
        await OpenDialogAsync("Kill session");
        await Expect(Dialog).ToContainTextAsync("1 session will end at once");
        await Dialog.GetByLabel("Reason").FillAsync("It loops");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = $"Kill session {session}" }).ClickAsync();
        await Expect(Page.GetByText("Killed. It loops")).ToBeVisibleAsync();
        await Expect(Button("Kill session")).ToHaveCountAsync(0);
        Assert.That((await Team.SessionAsync(session)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task The_agent_can_be_paused_and_the_parent_session_is_linked()
    {
        var parent = await Team.StartAsync();
        var session = await Team.StartAsync(parent: parent);
        await GoLiveAsync($"/sessions/{session}");
        await Button("Pause eng-1").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("2 active sessions will be asked to stop");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause agent eng-1" }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.True);

        await Page.GetByRole(AriaRole.Link, new() { Name = $"session {parent}" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync($"Session {parent}");
    }

    private static ReserveCallCommand Reserve(long session, long maxOutputTokens) =>
        new(session, ApiClient.ListedModel, InputTokens: 1_000, maxOutputTokens, LeastOutputTokens: 256, Choices: 1, Billing.Api, TtlSeconds: 600);

    [Test]
    public async Task Caps_sub_agents_alerts_and_price_parts_are_shown()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m, session_cost_limit_usd = 5m });
        var top = await Team.StartAsync();
        var child = await Team.StartAsync(parent: top);
        var grandchild = await Team.StartAsync(parent: child);
        await Team.UseAsync(grandchild, 3m);
        await Team.UseAsync(child, 1m);
        _ = (await Api.PostAsync($"/sessions/{top}/usage", new { input_tokens = 100_000, output_tokens = 10_000, model = ApiClient.ListedModel })).Ok;

        await GoLiveAsync($"/sessions/{top}");
        await Expect(Region("Caps that apply").Locator("li")).ToHaveCountAsync(2);
        await Expect(Region("Caps that apply").Locator("li").Last).ToContainTextAsync("$4.45 of $5.00");
        await Expect(Region("Sub-agents").Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(Row("Sub-agents", $"Session {child}")).ToContainTextAsync("$4.00");
        await Expect(Region("Alerts").Locator("li").First).ToBeVisibleAsync();
        await Expect(Region("Usage").First).ToContainTextAsync("$0.30");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.GetByRole(AriaRole.Link, new() { Name = $"Session {grandchild}", Exact = true }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync($"Session {grandchild}");
    }
}
