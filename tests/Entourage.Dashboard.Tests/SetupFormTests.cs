using System.Globalization;
using System.Text.RegularExpressions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The forms that create and rename organisations, teams, agents and tasks.</summary>
internal sealed class SetupFormTests : PageFixture
{
    private static readonly string[] Names = ["مؤسسة_التجارب_الطويلة_جدا_بدون_مسافات_٤٠", new('W', 40), "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊"];

    [TestCaseSource(nameof(Names))]
    public async Task Names_of_any_script_fit_the_pages(string name)
    {
        await GoAsync("/?new=true");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Button("Create the organisation").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();

        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Button("Create the team").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/teams/"));
        await OpenDialogAsync("New agent");
        await Dialog.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await OpenDialogAsync("New task");
        await Dialog.GetByLabel("Title").FillAsync(name);
        await Dialog.GetByLabel("Cap", new() { Exact = true }).FillAsync("0.5");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Create the task" }).ClickAsync();
        await Expect(Row("Tasks", name)).ToContainTextAsync("$0.00 of $0.50");
        await Expect(Row("Agents", name)).ToContainTextAsync("Idle");
        await ExpectGoodAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = $"Connect {name}", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".light")).ToContainTextAsync(name);
        await ExpectGoodAsync();
    }

    [Test]
    public async Task Organisations_and_teams_can_be_renamed()
    {
        foreach (var path in new[] { $"/orgs/{Team.Organisation}/settings", $"/teams/{Team.Id}/settings" })
        {
            await GoAsync(path);
            await Page.GetByLabel("Display name").FillAsync(" ");
            await Button("Rename").ClickAsync();
            await Expect(ErrorOf("Display name")).ToContainTextAsync("This must not be empty.");
            await Page.GetByLabel("Display name").FillAsync("Renamed");
            await Button("Rename").ClickAsync();
            await Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" })).ToContainTextAsync("Renamed");
            await ExpectGoodAsync();
        }

        Assert.That((await Api.GetAsync($"/teams/{Team.Id}")).Ok.Text("name"), Is.EqualTo("Renamed"));
    }

    [Test]
    public async Task Agents_and_tasks_can_be_changed()
    {
        var task = await Team.CreateTaskAsync();
        await GoLiveAsync($"/teams/{Team.Id}");
        await OpenDialogAsync("Edit eng-1");
        await Dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(ErrorOf("Name")).ToContainTextAsync("This must not be empty.");
        await Dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("eng-2");
        await Dialog.GetByLabel("Role").SelectOptionAsync("reviewer");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(Row("Agents", "eng-2")).ToContainTextAsync("reviewer");

        await OpenDialogAsync($"Edit task {task}");
        await Dialog.GetByLabel("Title").FillAsync("Fix logout bug");
        await Dialog.GetByLabel("Assigned to").SelectOptionAsync(Team.Agent);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(Row("Tasks", "Fix logout bug")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/tasks/{task}")).Ok.Text("assignee_id"), Is.EqualTo(Team.Agent));
    }

    [Test]
    public async Task A_team_form_shows_errors_at_their_fields_and_asks_before_a_cap_of_0()
    {
        await GoLiveAsync($"/orgs/{Team.Organisation}");
        await Button("New team").ClickAsync();
        await Page.GetByLabel("Slug").FillAsync("Not a slug");
        await Page.GetByLabel("Time zone").FillAsync("Mars/Olympus");
        await Page.GetByLabel("Cap per day").FillAsync("lots");
        await Page.GetByLabel("Cap per month").FillAsync("2000000");
        await Button("Create the team").ClickAsync();
        await Expect(ErrorOf("Cap per day")).ToHaveTextAsync("Enter an amount in dollars, for example 12.50.");
        await Expect(ErrorOf("Cap per month")).ToContainTextAsync("between 0 and 1000000");

        await Page.GetByLabel("Cap per day").FillAsync("0");
        await Page.GetByLabel("Cap per month").FillAsync("");
        await OpenDialogAsync("Create the team");
        await Expect(Dialog).ToContainTextAsync("A cap of 0 refuses all new work of the team. To set no cap, leave the field empty.");
        await ExpectAccessibleAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
        await OpenDialogAsync("Create the team");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Set a cap of $0" }).ClickAsync();
        await Expect(ErrorOf("Name")).ToContainTextAsync("This must not be empty.");
        await Expect(ErrorOf("Slug")).ToContainTextAsync("This must have 1 to 100 characters");
        await ExpectGoodAsync();

        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Frozen");
        await Page.GetByLabel("Slug").FillAsync("");
        await OpenDialogAsync("Create the team");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Set a cap of $0" }).ClickAsync();
        await Expect(ErrorOf("Time zone")).ToContainTextAsync("This is not an IANA time zone");
        await Page.GetByLabel("Time zone").FillAsync("");
        await OpenDialogAsync("Create the team");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Set a cap of $0" }).ClickAsync();
        await Expect(Note("Spent today")).ToContainTextAsync("of $0.00");
        await Expect(Page.GetByText("Times are in UTC")).ToBeVisibleAsync();
    }

    [TestCase("/orgs/{0}/settings", "Save settings")]
    [TestCase("/teams/{1}/settings", "Save settings")]
    [TestCase("/teams/{1}/settings", "Save the cap of eng-1")]
    public async Task Settings_ask_before_a_cap_of_0(string path, string button)
    {
        await GoAsync(string.Format(CultureInfo.InvariantCulture, path, Team.Organisation, Team.Id));
        await Page.GetByLabel(button.EndsWith("eng-1", StringComparison.Ordinal) ? "eng-1" : "Per day", new() { Exact = true }).FillAsync("0");
        await OpenDialogAsync(button);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
        await OpenDialogAsync(button);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Set a cap of $0" }).ClickAsync();
        await Expect(Page.Locator(".notice")).ToContainTextAsync(button == "Save settings" ? "Saved." : "eng-1 can spend $0.00 per day.");
    }

    [Test]
    public async Task A_model_without_a_price_is_listed_until_it_gets_one()
    {
        var model = "house-" + Guid.CreateVersion7().ToString("N")[^8..];
        var agent = await Api.CreateAgentAsync(Team.Id, "eng-2", model);
        var session = await Team.StartAsync(agent: agent);
        _ = (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_000_000, output_tokens = 0 })).Ok;
        await GoAsync("/prices");
        await Expect(Row("Models without a price", model)).ToContainTextAsync("1");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await Button($"Set price of {model}").ClickAsync();
        await Page.GetByLabel("Input", new() { Exact = true }).FillAsync("0.5");
        await Button("Set the price").ClickAsync();
        await Expect(ErrorOf("Output")).ToContainTextAsync("This must not be empty.");
        await Page.GetByLabel("Output", new() { Exact = true }).FillAsync("2");
        await ExpectAccessibleAsync();
        await Button("Set the price").ClickAsync();

        await Expect(Page.GetByText($"The price of {model} is set.")).ToBeVisibleAsync();
        await Expect(Row("Models without a price", model)).ToHaveCountAsync(0);
        await Page.GetByLabel("Filter").FillAsync(model);
        await Page.GetByLabel("Filter").BlurAsync();
        await Expect(Row("Prices in force", model)).ToContainTextAsync("$0.50");
        Assert.That((await Team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(0.5m));
    }
}
