using System.Net;

namespace Entourage.Client.Tests;

/// <summary>Transient faults are retried, and usage counts once.</summary>
internal sealed class RetryTests : ClientFixture
{
    [Test]
    public async Task Usage_with_a_lost_response_counts_once()
    {
        var (_, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        using var interference = Interference.WithFirst(async send =>
        {
            (await send()).Dispose();
            throw new HttpRequestException("The connection was reset.");
        });
        var answer = await ClientThrough(interference).ReportUsageAsync(session.Id, new(100, 10) { CostUsd = 0.25m });
        Assert.That((answer.CostUsd, interference.Requests.Count), Is.EqualTo((0.25m, 2)));
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.25m));
    }

    [TestCase(HttpStatusCode.ServiceUnavailable)]
    [TestCase(HttpStatusCode.TooManyRequests)]
    public async Task A_busy_server_is_retried_after_its_delay(HttpStatusCode status)
    {
        using var interference = Interference.WithFirst(_ =>
        {
            var busy = Interference.Answer(status);
            busy.Headers.RetryAfter = new(TimeSpan.Zero);
            return Task.FromResult(busy);
        });
        var (_, agent) = await CreateTeamAsync();
        var session = await ClientThrough(interference).StartSessionAsync(new(agent.Id));
        Assert.That((session.Status, interference.Requests.Count), Is.EqualTo(("active", 2)));
        Assert.That(interference.Requests.Select(request => request.Headers.GetValues("Idempotency-Key").Single()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_is_not_retried()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0m);
        using var interference = new Interference((_, send) => send());
        await Assert.ThrowsAsync<BudgetExceededException>(() => ClientThrough(interference).StartSessionAsync(new(agent.Id)));
        Assert.That(interference.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_unreachable_server_throws_after_the_retries()
    {
        using var interference = new Interference((_, _) => throw new HttpRequestException("Connection refused."));
        var unreachable = (await Assert.ThrowsAsync<EntourageException>(() => ClientThrough(interference, retries: 1).GetBudgetAsync(Guid.Empty)))!;
        Assert.Multiple(() =>
        {
            Assert.That((unreachable.Status, unreachable.Code, unreachable.IsTransient), Is.EqualTo(((HttpStatusCode?)null, EntourageException.Unreachable, true)));
            Assert.That(unreachable.Message, Does.Contain(Address.Authority).And.Contain("Connection refused"));
            Assert.That(interference.Requests, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task A_redirect_does_not_take_the_key_to_another_server()
    {
        using var interference = new Interference((request, _) =>
        {
            Assert.That(request.Headers.GetValues("X-API-Key").Single(), Is.EqualTo("secret"));
            var elsewhere = Interference.Answer(HttpStatusCode.TemporaryRedirect);
            elsewhere.Headers.Location = new Uri("http://192.0.2.1/");
            return Task.FromResult(elsewhere);
        });
        var refused = (await Assert.ThrowsAsync<EntourageException>(() => ClientThrough(interference).GetBudgetAsync(Guid.Empty)))!;
        Assert.That((refused.Status, interference.Requests.Count), Is.EqualTo((HttpStatusCode.TemporaryRedirect, 1)));
    }
}
