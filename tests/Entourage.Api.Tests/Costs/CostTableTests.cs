using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>The cost report as a CSV of every session.</summary>
internal sealed class CostTableTests(Store store) : ApiFixture(store)
{
    private const string Header = "session_id,agent_id,agent_name,task_id,task_title,model,status,started_at,cost_usd,tokens,duration_minutes,assumed_cost_usd,labels";

    [Test]
    public async Task Table_has_the_same_row_for_each_session_as_the_JSON_report()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = """=HYPERLINK("http://x","y"), and more""" });
        var sessions = new[] { await team.StartAsync(task), await team.StartAsync(), await team.StartAsync() };
        await team.UseAsync(sessions[0], 0.000000001m);
        await team.UseAsync(sessions[1], 12.5m);
        _ = (await Api.PostAsync($"/sessions/{sessions[1]}/end", null)).Ok;

        var answer = await Api.GetAsync($"/teams/{team.Id}/costs?format=csv");

        var shown = (await team.CostsAsync()).Items("sessions");
        Assert.That((answer.Status, answer.MediaType), Is.EqualTo((HttpStatusCode.OK, "text/csv")));
        Assert.That(
            answer.Text.Split("\r\n"),
            Is.EqualTo(new[]
            {
                Header,
                $"{sessions[2]},{team.Agent},eng-1,,,claude-sonnet-4-20250514,active,{shown[0].Text("started_at")},0.00,0,0,0.00,",
                $"{sessions[1]},{team.Agent},eng-1,,,claude-sonnet-4-20250514,completed,{shown[1].Text("started_at")},12.50,110,0,0.00,",
                $"{sessions[0]},{team.Agent},eng-1,{task},\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\"), and more\",claude-sonnet-4-20250514,active,{shown[2].Text("started_at")},0.000000001,110,0,0.00,",
                "",
            }));
        Assert.That((await Api.GetAsync($"/orgs/{team.Organisation}/costs?format=csv")).Text, Is.EqualTo(answer.Text));
    }

    [TestCase("text/csv", "text/csv")]
    [TestCase("application/json, text/csv;q=0.5", "application/json")]
    [TestCase("application/json;q=0.5, text/csv", "text/csv")]
    [TestCase("*/*", "application/json")]
    public async Task Accept_header_can_select_the_table(string accept, string mediaType)
    {
        var team = await Api.CreateTeamAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/teams/{team.Id}/costs");
        request.Headers.Accept.Clear();
        foreach (var type in accept.Split(", "))
        {
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(type));
        }

        Assert.That((await Api.SendAsync(request)).MediaType, Is.EqualTo(mediaType));
    }

    [Test]
    public async Task Table_has_every_session_with_its_usage_in_the_range()
    {
        var team = await Api.CreateTeamAsync();
        var now = Host.Clock.GetUtcNow();
        var sessions = new List<long>();
        for (var i = 0; i < 501; i++)
        {
            sessions.Add(await team.StartAsync());
        }

        var items = sessions.SelectMany(session => new[] { now, now.AddDays(-2) }.Select(at => new
        {
            session_id = session,
            input_tokens = 1,
            output_tokens = 1,
            cost_usd = at == now ? 1m : 2m,
            occurred_at = at,
            model = session % 2 == 0 ? "even" : "odd",
        }));
        foreach (var part in items.Chunk(1_000))
        {
            _ = (await Api.PostAsync("/sessions/usage/batch", new { items = part })).Ok;
        }

        Assert.That(await RowsAsync(""), Is.EqualTo(sessions.AsEnumerable().Reverse().Select(session => (session, 3m))));
        Assert.That(await RowsAsync($"&to={now.AddDays(-2):yyyy-MM-dd}"), Is.EqualTo(sessions.AsEnumerable().Reverse().Select(session => (session, 2m))));
        Assert.That(
            await RowsAsync("&period=today&model=even"), Is.EqualTo(sessions.Where(session => session % 2 == 0).Reverse().Select(session => (session, 1m))));
        Assert.That(await RowsAsync($"&task_id=999999"), Is.Empty);

        async Task<IEnumerable<(long Session, decimal Usd)>> RowsAsync(string query) =>
            [.. (await Api.GetAsync($"/teams/{team.Id}/costs?format=csv{query}")).Text.Split("\r\n")[1..^1]
                .Select(row => row.Split(','))
                .Select(row => (long.Parse(row[0], CultureInfo.InvariantCulture), decimal.Parse(row[8], CultureInfo.InvariantCulture)))];
    }

    [TestCase("?format=xml", 422)]
    [TestCase("?format=csv&from=yesterday", 422)]
    [TestCase("?format=csv&period=ever", 422)]
    public async Task Bad_query_is_refused_before_the_first_row(string query, int status)
    {
        var team = await Api.CreateTeamAsync();

        var answer = await Api.GetAsync($"/teams/{team.Id}/costs{query}");

        Assert.That(((int)answer.Status, answer.MediaType), Is.EqualTo((status, "application/problem+json")));
        Assert.That((await Api.GetAsync($"/teams/{Guid.CreateVersion7()}/costs?format=csv")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
