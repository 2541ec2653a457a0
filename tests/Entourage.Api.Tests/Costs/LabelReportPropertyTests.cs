using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Entourage.Domain.Labels;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>After random labelled usage, summaries and changes of time zone, reports by label and with labels are sums of the usage.</summary>
internal sealed class LabelReportPropertyTests(Store store) : ApiFixture(store)
{
    private const int Sessions = 6;

    private static readonly string[] Zones = ["UTC", "America/New_York", "Asia/Kathmandu"];
    private static readonly string[] Labels = ["", "customer=acme", "customer=globex,user=ada", "user=bob", "customer=acme,user=ada,pr=1", "pr=2", "customer=Acme"];
    private static readonly string[] Ranges = ["", "period=today", "period=7d", "period=30d", "from=2026-05-20&to=2026-06-05", "from=2026-06-01T07:15:00Z"];
    private static readonly string[] Filters = ["", "label=customer%3Dacme", "label=customer%3Dacme&label=user%3Dada", "label=pr%3D2", "label=nobody%3Dx", "model=gpt-5&label=user%3Dada"];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (12, Gen.Select(Gen.Int[0, Sessions - 1], Gen.OneOf(Labels), Gen.Long[0, 5_000_000_000], Gen.Int[0, 29 * 24 * 60], Gen.Bool)
            .Select((session, labels, nanos, minutesAgo, gpt) => (Step)new Use(session, labels, nanos / 1_000_000_000m, minutesAgo, gpt ? "gpt-5" : "house-model"))),
        (2, Gen.Const((Step)new Summarise())),
        (1, Gen.OneOf(Zones).Select(zone => (Step)new Move(zone))),
        (1, Gen.Int[1, 40].Select(hours => (Step)new Wait(hours))));

    private static readonly Gen<string> Queries = Gen.Select(Gen.OneOf(Ranges), Gen.OneOf(Filters)).Select((range, filter) => $"{range}&{filter}");

    [Test]
    public async Task Reports_by_label_and_with_labels_are_the_sums_of_the_usage() =>
        await Gen.Select(Steps.Array[1, 40], Queries.Array[8]).SampleAsync(
            CheckSequenceAsync, iter: 12, threads: 1, print: run => string.Join(", ", run.Item1.Cast<object>().Concat(run.Item2)));

    private async Task CheckSequenceAsync(Step[] steps, string[] queries)
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var (sessions, used) = (new List<(long Id, LabelSet Labels)>(), new List<Used>());
        foreach (var step in steps)
        {
            switch (step)
            {
                case Use use:
                    while (sessions.Count <= use.Session)
                    {
                        var text = Labels[sessions.Count % Labels.Length];
                        sessions.Add((await Host.StartAsync(team, text), Read(text)));
                        used.Add(new(sessions[^1].Id, sessions[^1].Labels, ApiClient.UnlistedModel, Host.Clock.GetUtcNow(), 0m));
                    }

                    var (session, labels) = sessions[use.Session];
                    var at = Host.Clock.GetUtcNow().AddMinutes(-use.MinutesAgo);
                    await Host.UseAsync(session, use.Usd, use.Labels, at, use.Model);
                    used.Add(new(session, labels.With(Read(use.Labels)), use.Model, at, use.Usd));
                    break;
                case Summarise:
                    await Host.SummariseAsync();
                    break;
                case Move move:
                    await team.ConfigureAsync(new { timezone = move.Zone });
                    break;
                case Wait wait:
                    Host.Clock.Advance(TimeSpan.FromHours(wait.Hours));
                    break;
            }
        }

        foreach (var path in new[] { $"/teams/{team.Id}", $"/orgs/{team.Organisation}" })
        {
            foreach (var query in queries)
            {
                AssertReport((await Api.GetAsync($"{path}/costs?{query}")).Ok, used, query);
                foreach (var key in new[] { "customer", "user", "pr" })
                {
                    AssertLabels((await Api.GetAsync($"{path}/costs/labels?key={key}&{query}")).Ok, used, query, key);
                }
            }
        }

        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private static void AssertReport(JsonNode costs, IEnumerable<Used> all, string query)
    {
        var used = Matching(costs, all, query);
        Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(used.Sum(usage => usage.Usd)), query);
        Assert.That(costs.Number("session_count"), Is.EqualTo(used.Select(usage => usage.Session).Distinct().Count()), query);
        Assert.That(
            costs.Items("sessions").Select(row => (row.Number("session_id"), row.Usd("cost_usd"))),
            Is.EqualTo(used.GroupBy(usage => usage.Session).OrderByDescending(session => session.Key).Select(session => ((long?)session.Key, (decimal?)session.Sum(usage => usage.Usd)))),
            query);
    }

    private static void AssertLabels(JsonNode costs, IEnumerable<Used> all, string query, string key)
    {
        var used = Matching(costs, all, query);
        Assert.That(
            costs.Items("values").Select(row => (row.Text("value"), row.Usd("cost_usd"))),
            Is.EquivalentTo(used.Where(usage => usage.Labels.Find(key) is not null)
                .GroupBy(usage => usage.Labels.Find(key))
                .Select(value => (value.Key, (decimal?)value.Sum(usage => usage.Usd)))),
            $"{key}, {query}");
        Assert.That(costs["unlabelled"]!.Usd("cost_usd"), Is.EqualTo(used.Where(usage => usage.Labels.Find(key) is null).Sum(usage => usage.Usd)), $"{key}, {query}");
        Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(used.Sum(usage => usage.Usd)), $"{key}, {query}");
    }

    private static List<Used> Matching(JsonNode costs, IEnumerable<Used> all, string query)
    {
        var (from, to) = (Bound("from"), Bound("to"));
        var labels = query.Split('&').Where(part => part.StartsWith("label=", StringComparison.Ordinal)).Select(part => Label.Parse(Uri.UnescapeDataString(part[6..])));
        return [.. all.Where(usage => (from is null || usage.At >= from) && (to is null || usage.At < to)
            && labels.All(label => usage.Labels.Find(label.Key) == label.Value)
            && (!query.Contains("model", StringComparison.Ordinal) || usage.Model == "gpt-5"))];

        DateTimeOffset? Bound(string member) => costs.Text(member) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    private static LabelSet Read(string labels) =>
        LabelSet.Of(labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Label.Parse).Select(label => KeyValuePair.Create(label.Key, label.Value)));

    private abstract record Step;

    private sealed record Use(int Session, string Labels, decimal Usd, int MinutesAgo, string Model) : Step;

    private sealed record Summarise : Step;

    private sealed record Move(string Zone) : Step;

    private sealed record Wait(int Hours) : Step;

    private sealed record Used(long Session, LabelSet Labels, string Model, DateTimeOffset At, decimal Usd);
}
