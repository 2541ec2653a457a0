using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Secrets on dashboard pages are never logged, even at the most verbose level.</summary>
internal sealed class LoggedTextTests : PageFixture
{
    private const string SlackPath = "/services/T0000SLACK/B0000SLACK/s3cretOfTheChannel0000";

    private readonly LogRecorder log = new();

    protected override IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(LogRecorder.Talkative) { ["Webhooks:AllowPrivateAddresses"] = "true" };

    protected override void Replace(IServiceCollection services) => log.AddTo(services);

    [OneTimeTearDown]
    public void Dispose() => log.Dispose();

    [Test]
    public async Task Webhook_addresses_webhook_secrets_and_keys_are_not_logged()
    {
        await GoAsync($"/teams/{Team.Id}/settings");
        await Button("Add a notification").ClickAsync();
        await Page.GetByLabel("Address").FillAsync("http://127.0.0.1:9" + SlackPath);
        await Button("Create webhook").ClickAsync();
        var secret = await Region("Notifications").Locator(".copy code").TextContentAsync();
        await Button("Done").ClickAsync();

        await GoAsync("/keys");
        await Button("Issue a key").ClickAsync();
        await Page.GetByLabel("Organisation", new() { Exact = true }).SelectOptionAsync(Team.Organisation);
        await Expect(Page.GetByLabel("Team", new() { Exact = true })).ToHaveValueAsync(Team.Id);
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("laptop");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(Team.Agent);
        await Button("Issue the key").ClickAsync();
        var key = await Page.Locator(".copy code").TextContentAsync();
        await Button("Done").ClickAsync();

        Assert.That((secret, key), Is.Not.EqualTo((default(string), default(string))));
        Assert.That(log.Lines, Has.Some.StartsWith("Trace Microsoft.AspNetCore.SignalR").Or.Some.StartsWith("Trace Microsoft.AspNetCore.Http.Connections"));
        var leaks = log.With([SlackPath, secret!, key!]);
        Assert.That(leaks, Is.Empty, string.Join("\n\n", leaks));
    }
}
