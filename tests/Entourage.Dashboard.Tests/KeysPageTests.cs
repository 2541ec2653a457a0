using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page on which keys are issued and revoked. Not parallel, because the browser has one clipboard.</summary>
[NonParallelizable]
internal sealed class KeysPageTests : PageFixture
{
    [Test]
    public async Task A_key_is_shown_once_when_issued_and_can_be_revoked()
    {
        await GoAsync("/keys");
        await Button("Issue a key").ClickAsync();
        await Page.GetByLabel("Organisation", new() { Exact = true }).SelectOptionAsync(Team.Organisation);
        await Expect(Page.GetByLabel("Team", new() { Exact = true })).ToHaveValueAsync(Team.Id);
        await Button("Issue the key").ClickAsync();
        await Expect(ErrorOf("Name")).ToContainTextAsync("must not be empty");
        await Expect(ErrorOf("Agent")).ToContainTextAsync("must not be empty");

        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("laptop");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(Team.Agent);
        await Page.GetByLabel("Expires on").FillAsync("2026-01-01");
        await Button("Issue the key").ClickAsync();
        await Expect(ErrorOf("Expires on")).ToContainTextAsync("must be in the future");
        await Page.GetByLabel("Expires on").FillAsync("2026-12-31");
        await Button("Issue the key").ClickAsync();

        var text = Page.Locator(".copy code");
        await Expect(text).ToHaveTextAsync(new Regex("^.{32,}$"));
        await Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await Button("Copy the key").ClickAsync();
        await Expect(Page.Locator(".copied")).ToHaveTextAsync("Copied");
        Assert.That(await Page.EvaluateAsync<string>("navigator.clipboard.readText()"), Is.EqualTo(await text.TextContentAsync()));
        await Expect(Row("Issued keys", "laptop")).ToContainTextAsync("agent eng-1");
        await Expect(Row("Issued keys", "laptop")).ToContainTextAsync("31 Dec 2026");
        await ExpectGoodAsync();
        await Button("Done").ClickAsync();
        await Expect(text).ToHaveCountAsync(0);

        await Button("Revoke laptop").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("The server refuses this key from now on, and you cannot undo this. It is the key for agent eng-1.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await Expect(Row("Issued keys", "laptop")).ToContainTextAsync("Revoked");
        await Expect(Button("Revoke laptop")).ToHaveCountAsync(0);
        var listed = await Api.GetAsync("/keys");
        Assert.That(listed.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(listed.Json.AsArray().Single()!["revoked_at"], Is.Not.Null);
    }
}
