using System.Text.RegularExpressions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of a team's alerts and human requests.</summary>
internal sealed class AlertsPageTests : PageFixture
{
    private string Address => $"/teams/{Team.Id}/alerts";

    [Test]
    public async Task A_raised_alert_appears_live_and_can_be_acknowledged()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var session = await Team.StartAsync();
        await GoLiveAsync(Address);
        await Expect(Region("Alerts")).ToContainTextAsync("No open alerts.");

        await Team.UseAsync(session, 5m);
        var alert = Region("Alerts").GetByRole(AriaRole.Row).Filter(new() { HasText = "Threshold" });
        await Expect(alert).ToHaveCountAsync(1);
        await ExpectGoodAsync();
        await alert.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Region("Alerts")).ToContainTextAsync("No open alerts.");
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/alerts?status=open")).Ok.AsArray(), Is.Empty);

        await Page.GetByLabel("Status").SelectOptionAsync("acknowledged");
        await Expect(alert).ToContainTextAsync("acknowledged 10 Jun 12:00");
        await Expect(alert.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Alerts_can_be_filtered_by_kind_and_acknowledged_together()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var session = await Team.StartAsync();
        await Team.UseAsync(session, 6m);
        await Team.UseAsync(session, 5m);
        await GoLiveAsync(Address);
        var rows = Region("Alerts").Locator("tbody tr");
        await Expect(rows).Not.ToHaveCountAsync(0);
        await Page.GetByLabel("Kind").SelectOptionAsync("budget_exceeded");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("Budget exceeded");
        Assert.That(Page.Url, Does.EndWith("?kind=budget_exceeded"));

        await Page.GetByLabel("Kind").SelectOptionAsync("");
        await Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Acknowledge all") }).ClickAsync();
        await Expect(Region("Alerts")).ToContainTextAsync("No open alerts.");
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/alerts?status=open")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task An_organisation_shows_the_alerts_and_requests_of_all_teams()
    {
        var second = (await Api.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Research", slug = $"research-{Team.Id}" })).Created.Text("id")!;
        var other = await Api.CreateAgentAsync(second, "reader");
        await AskAsync(new { agent_id = Team.Agent, kind = "question", question = "Which branch?" });
        await AskAsync(new { agent_id = other, kind = "question", question = "Which paper?" });

        await GoLiveAsync($"/orgs/{Team.Organisation}/alerts");
        await Expect(Page.GetByRole(AriaRole.Article)).ToHaveCountAsync(2);
        await Expect(Region("Alerts").Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(Region("Alerts").GetByRole(AriaRole.Row).Filter(new() { HasText = "reader" })).ToContainTextAsync("Research");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge all 2" }).ClickAsync();
        await Expect(Region("Alerts")).ToContainTextAsync("No open alerts.");
        Assert.That((await Api.GetAsync($"/orgs/{Team.Organisation}/alerts?status=open")).Ok.AsArray(), Is.Empty);
        await Page.GetByLabel("Status").SelectOptionAsync("acknowledged");
        await Region("Alerts").GetByRole(AriaRole.Link, new() { Name = "Research" }).ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex($"/teams/{second}/alerts$"));
    }

    [Test]
    public async Task Many_alerts_are_read_page_by_page_and_searched()
    {
        foreach (var number in Enumerable.Range(1, 27))
        {
            await AskAsync(new { agent_id = Team.Agent, kind = "question", question = $"May I run step {number}?" });
        }

        await GoLiveAsync(Address);
        var rows = Region("Alerts").Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(25);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Waiting for an answer" })).ToHaveTextAsync("Waiting for an answer (25+)");
        await Region("Alerts").GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await Region("Alerts").GetByRole(AriaRole.Link, new() { Name = "First page" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(25);

        await Page.GetByLabel("Search").FillAsync("STEP 2");
        await Page.GetByLabel("Search").BlurAsync();
        await Expect(rows).ToHaveCountAsync(9);
        await Button("Acknowledge all 9").ClickAsync();
        await Expect(Region("Alerts")).ToContainTextAsync("No matching alerts.");
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/alerts?status=open")).Ok.AsArray(), Has.Count.EqualTo(18));
    }

    [Test]
    public async Task A_budget_increase_can_be_approved_with_a_different_amount()
    {
        var task = await Team.CreateTaskAsync(new { title = "Fix login bug", tags = new[] { "budget:5.00" } });
        var session = await Team.StartAsync(task);
        await GoLiveAsync(Address);
        var waiting = Page.GetByRole(AriaRole.Heading, new() { Name = "Waiting for an answer" });
        await Expect(waiting).ToBeVisibleAsync();
        await AskAsync(new { agent_id = Team.Agent, session_id = session, kind = "budget_increase", question = "One more run", requested_usd = 4m });
        await Expect(Page.GetByRole(AriaRole.Article)).ToContainTextAsync("eng-1 asks for $4.00 more");
        await Expect(waiting).ToHaveTextAsync("Waiting for an answer (1)");

        await OpenDialogAsync("Approve");
        await Expect(Dialog.GetByLabel("Amount to grant")).ToHaveValueAsync("4.00");
        await Dialog.GetByLabel("Amount to grant").FillAsync("much");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(ErrorOf("Amount to grant")).ToHaveTextAsync("Enter an amount in dollars, for example 12.50.");
        await Dialog.GetByLabel("Amount to grant").FillAsync("0");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(ErrorOf("Amount to grant")).ToContainTextAsync("must be greater than 0");
        await ExpectAccessibleAsync();
        await Dialog.GetByLabel("Amount to grant").FillAsync("2.50");
        await Dialog.GetByLabel("Message to the agent").FillAsync("Once more, then stop");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();

        await Expect(Region("Recently answered")).ToContainTextAsync($"$2.50 for task #{task}");
        await Expect(Page.GetByRole(AriaRole.Article)).ToHaveCountAsync(0);
        Assert.That((await Api.GetAsync($"/tasks/{task}")).Ok.Usd("budget_usd"), Is.EqualTo(7.5m));
    }

    [Test]
    public async Task A_grant_without_a_cap_to_raise_is_refused_in_the_dialog_and_can_be_denied()
    {
        var asked = await AskAsync(new { agent_id = Team.Agent, kind = "budget_increase", question = "More", requested_usd = 4m });
        await GoLiveAsync(Address);
        await Button("Approve").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(ErrorOf("Amount to grant")).ToContainTextAsync("There is no cap to raise");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await OpenDialogAsync("Deny");
        await Dialog.GetByLabel("Message to the agent").FillAsync("Not today");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();
        await Expect(Region("Recently answered")).ToContainTextAsync("Not today");
        Assert.That((await Api.GetAsync($"/human-requests/{asked}")).Ok.Text("status"), Is.EqualTo("denied"));
    }

    [Test]
    public async Task A_second_answer_to_a_question_is_refused()
    {
        var asked = await AskAsync(new { agent_id = Team.Agent, kind = "question", question = "Which branch?" });
        await GoLiveAsync(Address);
        await OpenDialogAsync("Answer");
        await Expect(Dialog.GetByLabel("Amount to grant")).ToHaveCountAsync(0);
        await Dialog.GetByLabel("Your answer").FillAsync("main");

        await Api.PostAsync($"/human-requests/{asked}/respond", new { decision = "approved", response = "release" });
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
        await Expect(Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("has already been answered");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Region("Recently answered")).ToContainTextAsync("release");
    }

    private async Task<string> AskAsync(object body) => (await Api.PostAsync("/human-requests", body)).Created.Text("id")!;
}
