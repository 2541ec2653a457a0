using System.Net;

namespace Entourage.Client.Tests;

/// <summary>What goes wrong on the way is tried again, and counted once.</summary>
internal sealed class RetryTests : ClientFixture
{
    [Test]
    public async Task A_usage_whose_answer_is_lost_is_counted_once()
    {
        var (_, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        using var way = Interference.OfFirst(async send =>
        {
            (await send()).Dispose();
            throw new HttpRequestException("The connection was reset.");
        });
        var answer = await ClientThrough(way).ReportUsageAsync(session.Id, new(100, 10) { CostUsd = 0.25m });
        Assert.That((answer.CostUsd, way.Requests.Count), Is.EqualTo((0.25m, 2)));
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.25m));
    }

    [TestCase(HttpStatusCode.ServiceUnavailable)]
    [TestCase(HttpStatusCode.TooManyRequests)]
    public async Task A_server_that_is_busy_is_asked_again_when_it_says(HttpStatusCode status)
    {
        using var way = Interference.OfFirst(_ =>
        {
            var busy = Interference.Answer(status);
            busy.Headers.RetryAfter = new(TimeSpan.Zero);
            return Task.FromResult(busy);
        });
        var (_, agent) = await CreateTeamAsync();
        var session = await ClientThrough(way).StartSessionAsync(new(agent.Id));
        Assert.That((session.Status, way.Requests.Count), Is.EqualTo(("active", 2)));
        Assert.That(way.Requests.Select(request => request.Headers.GetValues("Idempotency-Key").Single()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_is_not_tried_again()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0m);
        using var way = new Interference((_, send) => send());
        await Assert.ThrowsAsync<BudgetExceededException>(() => ClientThrough(way).StartSessionAsync(new(agent.Id)));
        Assert.That(way.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_given_up_on()
    {
        using var way = new Interference((_, _) => throw new HttpRequestException("Nobody listens."));
        var silent = (await Assert.ThrowsAsync<EntourageException>(() => ClientThrough(way, retries: 1).GetBudgetAsync(Guid.Empty)))!;
        Assert.Multiple(() =>
        {
            Assert.That((silent.Status, silent.Code, silent.IsTransient), Is.EqualTo(((HttpStatusCode?)null, EntourageException.Unreachable, true)));
            Assert.That(silent.Message, Does.Contain(Address.Authority).And.Contain("Nobody listens"));
            Assert.That(way.Requests, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task The_key_is_not_taken_elsewhere_by_a_redirect()
    {
        using var way = new Interference((request, _) =>
        {
            Assert.That(request.Headers.GetValues("X-API-Key").Single(), Is.EqualTo("secret"));
            var elsewhere = Interference.Answer(HttpStatusCode.TemporaryRedirect);
            elsewhere.Headers.Location = new Uri("http://192.0.2.1/");
            return Task.FromResult(elsewhere);
        });
        var refused = (await Assert.ThrowsAsync<EntourageException>(() => ClientThrough(way).GetBudgetAsync(Guid.Empty)))!;
        Assert.That((refused.Status, way.Requests.Count), Is.EqualTo((HttpStatusCode.TemporaryRedirect, 1)));
    }
}
