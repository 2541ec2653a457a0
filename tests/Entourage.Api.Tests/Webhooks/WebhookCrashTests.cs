using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>A server killed at any moment loses no message: each arrives at least once, and duplicates have the same id.</summary>
internal sealed class WebhookCrashTests(Store store) : DatabaseFixture(store)
{
    private static readonly int Kills = Depth.Of(usual: 2, full: 5);

    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["Webhooks:AllowPrivateAddresses"] = "true",
        ["Webhooks:TimeoutSeconds"] = "1",
        ["Webhooks:RetrySeconds"] = "1",
    };

    [Test]
    public async Task Message_committed_before_a_kill_is_delivered_after_the_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        TestTeam? team = null;
        long session = 0;
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var process = await ApiProcess.StartAsync(Database, settings: Settings);
            if (team is null)
            {
                team = await process.Api.CreateTeamAsync();
                session = await team.StartAsync();
                _ = (await process.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = receiver.Url, events = new[] { "usage" } })).Created;
            }

            // Each kill leaves some messages committed and undelivered, and some in delivery.
            for (var call = 0; call < 10; call++)
            {
                acknowledged.Add((await (team with { Api = process.Api }).UseAsync(session, 0.01m)).Text("usage_id")!);
            }

            await process.KillAsync();
        }

        await using var last = await ApiProcess.StartAsync(Database, settings: Settings);
        while (!acknowledged.IsSubsetOf(receiver.All.Select(message => message.Json.Text("id")!)))
        {
            await receiver.ReadAsync();
        }

        Assert.That(
            receiver.All.Select(message => (message.Json.Text("id"), message.Id)).Distinct().Count(),
            Is.EqualTo(receiver.All.Select(message => message.Json.Text("id")).Distinct().Count()),
            "an event keeps its id when it arrives more than once");
    }

    [Test]
    public async Task Message_in_delivery_during_a_kill_is_sent_again_after_the_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = WebhookReceiver.HangAsync;
        ReceivedMessage first;
        await using (var process = await ApiProcess.StartAsync(Database, settings: Settings))
        {
            var team = await process.Api.CreateTeamAsync();
            _ = (await process.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = receiver.Url, events = new[] { "settings" } })).Created;
            await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
            first = await receiver.ReadAsync();
            await process.KillAsync();
        }

        receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.NoContent);
        await using var next = await ApiProcess.StartAsync(Database, settings: Settings);
        var second = await receiver.ReadAsync();
        Assert.That((second.Id, second.Body), Is.EqualTo((first.Id, first.Body)));
    }
}
