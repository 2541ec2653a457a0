using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Entourage.Domain.Budgets;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>
/// After random usage, summaries, compactions and changes of time zone, a report is the sum of the usage records,
/// and each of its lists adds up to it, to the last digit (rule 5).
/// </summary>
internal sealed class CostReportPropertyTests(Store store) : ApiFixture(store)
{
    private const int Agents = 3;
    private const int Sessions = 7;

    private static readonly string?[] Models = [null, "claude-opus-4-8", "gpt-5", "house-model"];
    private static readonly string[] Zones = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"];

    private static readonly string[] Named =
        ["", "?period=today", "?period=7d", "?period=30d", "?period=month", "?model=gpt-5", "?agent_id={agent}", "?task_id={task}", "?agent_id={agent}&period=7d"];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (12, Gen.Select(Gen.Int[0, Sessions - 1], Gen.Int[0, Models.Length - 1], Gen.Long[0, 9_000_000_000], Gen.Int[0, 29 * 24 * 60], Gen.Int[0, 9])
            .Select((session, model, nanos, minutesAgo, kind) => (Step)new Use(session, Models[model], nanos / 1_000_000_000m, minutesAgo, kind))),
        (2, Gen.Const((Step)new Summarise())),
        (1, Gen.OneOf(Zones).Select(zone => (Step)new Move(zone))),
        (1, Gen.Int[1, 40].Select(hours => (Step)new Wait(hours))));

    private static readonly Gen<string> Queries = Gen.OneOf(
        Gen.OneOf(Named),
        Gen.Select(Gen.Int[-40, 1], Gen.Int[0, 20]).Select((from, days) => $"?from={{{from}}}&to={{{from + days}}}"),
        Gen.Int[-40, 1].Select(from => $"?from={{{from}}}"),
        Gen.Int[-40, 1].Select(to => $"?to={{{to}}}"),
        Gen.Select(Gen.Int[-40 * 24, 24], Gen.Int[1, 400]).Select((from, hours) => $"?from={{{from}h}}&to={{{from + hours}h}}"));

    [Test]
    public async Task Report_and_each_of_its_lists_are_the_sum_of_the_usage_records() =>
        await Gen.Select(Steps.Array[1, 50], Queries.Array[4]).SampleAsync(
            CheckSequenceAsync, iter: 12, threads: 1, print: run => string.Join(", ", run.Item1.Cast<object>().Concat(run.Item2)));

    private async Task CheckSequenceAsync(Step[] steps, string[] queries)
    {
        var team = await Api.CreateTeamAsync();
        string[] agents = [team.Agent, await Api.CreateAgentAsync(team.Id, "eng-2"), await Api.CreateAgentAsync(team.Id, "eng-3")];
        long?[] tasks = [await team.CreateTaskAsync(), await team.CreateTaskAsync(), null];
        var sessions = new List<long>();
        foreach (var step in steps)
        {
            switch (step)
            {
                case Use use:
                    while (sessions.Count <= use.Session)
                    {
                        sessions.Add(await team.StartAsync(tasks[sessions.Count % tasks.Length], agents[sessions.Count % Agents]));
                    }

                    await UseAsync(sessions[use.Session], use);
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

        var records = new List<Recorded>();
        foreach (var session in sessions)
        {
            records.AddRange(await ReadAsync(session));
        }

        foreach (var query in queries.Append(""))
        {
            var path = Fill(query, team.Agent, tasks[0]!.Value);
            AssertIsSumOf(records, await team.CostsAsync(path), path, team.Agent, tasks[0]!.Value);
        }

        var organisation = (await Api.GetAsync($"/orgs/{team.Organisation}/costs?limit=200")).Ok;
        AssertIsSumOf(records, organisation, "", team.Agent, 0);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        await Host.SummariseAsync();
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        AssertIsSumOf(records, await team.CostsAsync(), "", team.Agent, 0);
    }

    private async Task UseAsync(long session, Use use)
    {
        var answer = await Api.PostAsync($"/sessions/{session}/usage", new
        {
            input_tokens = 10 + use.Kind,
            output_tokens = use.MinutesAgo % 7,
            cache_read_tokens = use.Kind,
            // Without a stated cost: the catalogue or assumed price applies.
            cost_usd = use.Kind == 0 ? (decimal?)null : use.Usd,
            model = use.Model,
            billing = use.Kind == 1 ? "subscription" : "api",
            occurred_at = Host.Clock.GetUtcNow().AddMinutes(-use.MinutesAgo),
        });
        Assert.That(answer.Status, Is.EqualTo(System.Net.HttpStatusCode.OK), answer.Text);
    }

    private async Task<IEnumerable<Recorded>> ReadAsync(long session)
    {
        var shown = (await Api.GetAsync($"/sessions/{session}")).Ok;
        var usages = (await Api.GetAsync($"/sessions/{session}/usage?limit=200")).Ok.AsArray();
        return usages.Select(usage => new Recorded(
                session,
                shown.Text("agent_id")!,
                shown.Number("task_id"),
                usage!.Text("model"),
                At(usage!, "occurred_at"),
                usage!.Text("billing") == "api" ? usage!.Usd("cost_usd")!.Value : 0m,
                usage!.Text("cost_source") == "assumed" ? usage!.Usd("cost_usd")!.Value : 0m,
                usage!.Number("input_tokens")!.Value,
                usage!.Number("output_tokens")!.Value))
            // A session is in the reports from its start on.
            .Append(new(session, shown.Text("agent_id")!, shown.Number("task_id"), shown.Text("model"), At(shown, "started_at"), 0m, 0m, 0, 0));
    }

    private static void AssertIsSumOf(IEnumerable<Recorded> all, JsonNode costs, string path, string agent, long task)
    {
        var (from, to) = (Bound(costs, "from"), Bound(costs, "to"));
        var records = all.Where(record => (from is null || record.At >= from) && (to is null || record.At < to)
                && (!path.Contains("agent_id", StringComparison.Ordinal) || record.Agent == agent)
                && (!path.Contains("task_id", StringComparison.Ordinal) || record.Task == task)
                && (!path.Contains("model", StringComparison.Ordinal) || record.Model == "gpt-5"))
            .ToList();
        var calendar = BudgetCalendar.Of(costs.Text("timezone")!);
        Assert.Multiple(() =>
        {
            Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(records.Sum(record => record.Usd)), path);
            Assert.That(costs.Usd("assumed_cost_usd"), Is.EqualTo(records.Sum(record => record.Assumed)), path);
            Assert.That(costs.Items("sessions").Sum(row => row.Usd("assumed_cost_usd")), Is.EqualTo(records.Sum(record => record.Assumed)), path);
            Assert.That(costs.Number("total_input_tokens"), Is.EqualTo(records.Sum(record => record.Input)), path);
            Assert.That(costs.Number("total_output_tokens"), Is.EqualTo(records.Sum(record => record.Output)), path);
            Assert.That(costs.Number("session_count"), Is.EqualTo(records.Select(record => record.Session).Distinct().Count()), path);
            AssertList("by_agent", "agent_id", record => record.Agent);
            AssertList("by_task", "task_id", record => record.Task?.ToString(CultureInfo.InvariantCulture));
            AssertList("by_model", "model", record => record.Model);
            AssertList("by_day", "day", record => calendar.DateOf(record.At).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (costs["by_hour"] is not null)
            {
                AssertList("by_hour", "hour", record => calendar.HourOf(record.At).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            }

            Assert.That(
                costs.Items("sessions").Select(row => (row.Number("session_id"), row.Usd("cost_usd"), row.Number("tokens"))),
                Is.EqualTo(records.GroupBy(record => record.Session).OrderByDescending(session => session.Key).Select(session => (
                    (long?)session.Key, (decimal?)session.Sum(record => record.Usd), (long?)session.Sum(record => record.Input + record.Output)))),
                path);
        });

        void AssertList(string list, string key, Func<Recorded, string?> keyOf)
        {
            var rows = costs.Items(list);
            Assert.That(rows.Sum(row => row.Number("sessions")), Is.EqualTo(costs.Number("session_count")), $"{list} of {path}");
            Assert.That(rows.Sum(row => row.Usd("assumed_cost_usd")), Is.EqualTo(costs.Usd("assumed_cost_usd")), $"{list} of {path}");
            Assert.That(
                rows.Select(row => (row[key]?.ToString(), row.Usd("cost_usd"), row.Number("input_tokens"), row.Number("output_tokens"))),
                Is.EquivalentTo(records.GroupBy(keyOf).Select(group => (
                    group.Key,
                    (decimal?)group.Sum(record => record.Usd),
                    (long?)group.Sum(record => record.Input),
                    (long?)group.Sum(record => record.Output)))),
                $"{list} of {path}");
        }
    }

    private static DateTimeOffset At(JsonNode node, string member) => DateTimeOffset.Parse(node.Text(member)!, CultureInfo.InvariantCulture);

    private static DateTimeOffset? Bound(JsonNode costs, string member) => costs[member] is null ? null : At(costs, member);

    private string Fill(string query, string agent, long task)
    {
        var now = Host.Clock.GetUtcNow();
        query = query.Replace("{agent}", agent, StringComparison.Ordinal).Replace("{task}", $"{task}", StringComparison.Ordinal);
        return string.Concat(query.Split('{', '}').Select((part, i) =>
            i % 2 == 0 ? part
            : part.EndsWith('h') ? now.AddHours(int.Parse(part[..^1], CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
            : now.AddDays(int.Parse(part, CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
    }

    private abstract record Step;

    private sealed record Use(int Session, string? Model, decimal Usd, int MinutesAgo, int Kind) : Step;

    private sealed record Summarise : Step;

    private sealed record Move(string Zone) : Step;

    private sealed record Wait(int Hours) : Step;

    private sealed record Recorded(long Session, string Agent, long? Task, string? Model, DateTimeOffset At, decimal Usd, decimal Assumed, long Input, long Output);
}
