using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>The time limit of a request.</summary>
internal sealed class TimeoutTests : HardeningFixture
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Limits:RequestSeconds"] = "5" };

    [TestCase("hang")]
    [TestCase("break off")]
    public async Task Request_that_takes_too_long_is_stopped_and_says_that_it_may_have_been_recorded(string fault)
    {
        var answer = await AskAsync((FaultHeader, fault));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), answer.Text);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/timed-out"));
            Assert.That(answer.Json.Text("detail"), Does.Contain("may have been recorded"));
            Assert.That(answer.Header("Retry-After"), Is.EqualTo("1"));
        });
        CheckRevealsNoInternals(answer.Text);
    }

    [Test]
    public async Task Slow_body_is_cut_off_and_an_event_stream_is_not()
    {
        Api.Http.DefaultRequestHeaders.Add(FaultHeader, "none");
        var team = await Api.CreateTeamAsync();
        Api.Http.DefaultRequestHeaders.Remove(FaultHeader);
        await using var events = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");

        using var connection = await RawConnection.OpenAsync(Api.Http.BaseAddress!);
        await connection.SendAsync("POST /api/v1/orgs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n\"");
        var answer = await connection.DripAsync(new string('a', 500), int.MaxValue);
        Assert.That(answer, Does.StartWith("HTTP/1.1 503").And.Contains("/problems/timed-out"));

        Api.Http.DefaultRequestHeaders.Add(FaultHeader, "none");
        await team.ConfigureAsync(new { weekly_cost_limit_usd = 1m });
        Assert.That((await events.ReadAsync())?.Kind, Is.EqualTo("settings"));
    }
}
