using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Archiving, restoring and moving on the pages.</summary>
internal sealed class ArchiveTests : PageFixture
{
    [Test]
    public async Task Agent_is_archived_after_a_confirmation_and_restored_by_undo()
    {
        var agent = await Api.CreateAgentAsync(Team.Id, "retired");
        await GoAsync($"/agents/{agent}");
        await OpenDialogAsync("Archive agent");
        await Expect(Dialog).ToContainTextAsync("Its keys are revoked");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Archive agent" }).ClickAsync();
        await Expect(Page.GetByText("Agent retired was archived.")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/agents/{agent}")).Ok.Text("status"), Is.EqualTo("archived"));

        await Button("Undo").ClickAsync();

        await Expect(Page.GetByText("Agent retired was restored.")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/agents/{agent}")).Ok.Text("status"), Is.EqualTo("idle"));
    }

    [Test]
    public async Task Archived_agent_is_found_in_the_settings_and_restored_on_its_page()
    {
        var agent = await Api.CreateAgentAsync(Team.Id, "stored");
        _ = (await Api.PostAsync($"/agents/{agent}/archive", null)).Ok;
        await GoAsync($"/teams/{Team.Id}/settings");
        await Page.GetByRole(AriaRole.Link, new() { Name = "stored" }).ClickAsync();

        await Button("Restore agent").ClickAsync();

        await Expect(Button("Archive agent")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/agents/{agent}")).Ok.Text("status"), Is.EqualTo("idle"));
    }

    [Test]
    public async Task Agent_is_moved_to_a_team_of_its_organisation()
    {
        var agent = await Api.CreateAgentAsync(Team.Id, "mover");
        var next = (await Api.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Next", slug = "next" })).Created.Text("id");
        await GoAsync($"/agents/{agent}");
        await Page.GetByLabel("Team", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Next" });

        await Button("Move agent").ClickAsync();

        await Expect(Page.GetByText("mover was moved.")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/agents/{agent}")).Ok.Text("team_id"), Is.EqualTo(next));
    }
}
