using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>Notifications and digests by e-mail.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class EmailTests(Store store)
{
    // A Wednesday.
    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    private MailServer mail = null!;
    private ApiHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        mail = MailServer.Start();
        var settings = new Dictionary<string, string>(WebhookFixture.Settings) { ["Webhooks:RetrySeconds"] = "1", ["Webhooks:TimeoutSeconds"] = "30" };
        foreach (var (name, value) in mail.Settings)
        {
            settings[name] = value;
        }

        host = await ApiHost.StartAsync(store, Now, settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (host?.DisposeAsync() ?? default);
        await mail.DisposeAsync();
    }

    [Test]
    public async Task Alert_arrives_by_email()
    {
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await CreateAsync(team, "alerts@example.com", new[] { "alert" });
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await team.UseAsync(await team.StartAsync(), 2m);

        var message = await mail.ReadAsync("alerts@example.com");
        Assert.Multiple(() =>
        {
            Assert.That(message.Subject, Does.StartWith("[Entourage] Alert (budget_exceeded): All of the team's daily budget of $1.00 is spent"));
            Assert.That(message.TextBody?.TrimEnd(), Is.EqualTo("Alert (budget_exceeded): All of the team's daily budget of $1.00 is spent: $2.00."));
            Assert.That((message.From.ToString(), message.To.ToString()), Is.EqualTo(("\"Entourage\" <entourage@example.com>", "alerts@example.com")));
            Assert.That(message.MessageId, Does.EndWith("@example.com"));
        });
    }

    [Test]
    public async Task Refused_message_is_sent_again()
    {
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var webhook = await CreateAsync(team, "stops@example.com", new[] { "stop" });
        mail.Refuses = true;
        (await host.Api.PostAsync($"/webhooks/{webhook}/test", null)).Expect(HttpStatusCode.Accepted).ToJsonString();
        await Patience.UntilAsync(async () =>
            (await host.Api.GetAsync($"/webhooks/{webhook}/deliveries")).Ok[0]!.Text("last_error") == "The mail server answered 550.");

        mail.Refuses = false;
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await mail.ReadAsync("stops@example.com")).TextBody, Does.StartWith("This is a test from Entourage"));
    }

    [TestCase("mailto:lead@example.com?bcc=all@example.com")]
    [TestCase("mailto:lead@example.com,other@example.com")]
    [TestCase("mailto:Lead <lead@example.com>")]
    [TestCase("mailto:")]
    [TestCase("lead@example.com")]
    [TestCase("mailto:lead@elsewhere.example")]
    public async Task Invalid_address_is_refused(string url)
    {
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var answer = await host.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url, events = new[] { "alert" }, format = "email" });
        Assert.That(answer.Expect(HttpStatusCode.UnprocessableEntity)["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { "url" }));
    }

    [Test]
    public async Task Daily_digest_arrives_in_the_morning_of_the_team()
    {
        var team = await host.Api.CreateTeamAsync("America/New_York", ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { monthly_cost_limit_usd = 100m });
        await team.UseAsync(await team.StartAsync(), 12.5m);
        var webhook = await CreateAsync(team, "digests@example.com", events: null, digest: "daily");
        var next = (await host.Api.GetAsync($"/webhooks/{webhook}")).Ok;
        var today = host.Clock.GetUtcNow().UtcDateTime.Date;
        Assert.That(next.Text("next_digest_at"), Is.EqualTo($"{today.AddDays(1):yyyy-MM-dd}T12:00:00Z"), "8 o'clock in New York");

        host.Clock.Advance(TimeSpan.FromDays(1));
        var message = await mail.ReadAsync("digests@example.com");
        Assert.That(message.Subject, Does.Contain($"spent $12.50 on {today:ddd yyyy-MM-dd}, after $0.00 on the day before."));
        Assert.That(message.TextBody, Does.Contain("The month's cap of $100.00: $12.50 spent.").And.Contain("Agents: eng-1 $12.50").And.Contain("Models: "));

        // One digest a day, whatever the number of runs.
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That((await host.Api.GetAsync($"/webhooks/{webhook}/deliveries")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Archived_team_gets_no_digest_until_it_is_restored()
    {
        var (archived, other) = (await host.Api.CreateTeamAsync(), await host.Api.CreateTeamAsync());
        await CreateAsync(archived, "archived@example.com", events: null, digest: "daily");
        await CreateAsync(other, "other@example.com", events: null, digest: "daily");
        _ = (await host.Api.PostAsync($"/teams/{archived.Id}/archive", null)).Ok;

        host.Clock.Advance(TimeSpan.FromDays(1));
        await mail.ReadAsync("other@example.com");
        _ = (await host.Api.PostAsync($"/teams/{archived.Id}/restore", null)).Ok;
        host.Clock.Advance(TimeSpan.FromDays(1));

        // The one of the first day was not sent, or it would be the first to arrive.
        var today = host.Clock.GetUtcNow().UtcDateTime.Date;
        Assert.That((await mail.ReadAsync("archived@example.com")).Subject, Does.Contain($"on {today.AddDays(-1):ddd yyyy-MM-dd}"));
    }

    private async Task<string> CreateAsync(TestTeam team, string address, string[]? events, string digest = "none") =>
        (await host.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = $"mailto:{address}", events, format = "email", digest })).Created.Text("id")!;
}
