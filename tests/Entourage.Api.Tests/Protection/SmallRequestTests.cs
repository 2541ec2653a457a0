using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>A small request needs little memory and processor time, whatever its content. Measured on a separate process.</summary>
internal sealed class SmallRequestTests
{
    private const int Times = 3;
    private const int Senders = 4;
    private const long MaxBytes = 64_000_000;
    private const int MaxAnswerBytes = 1_000_000;

    // Allowance for garbage that is not yet collected and for compiled code, beyond the memory of one request.
    private const long Slack = 32_000_000;

    // Far below what one such request once took (3.8 GB), and far above the noise of garbage collection. The benchmark measures the target.
    private const long MaxResident = 768_000_000;

    // A slow machine needs 3 s for a body that opens many sessions. An attack would need many times that.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(8);

    private TestDatabase database = null!;
    private ApiProcess process = null!;
    private TestTeam team = null!;

    private static IEnumerable<TestCaseData> Requests =>
        SmallRequest.Of("team", "agent").Select((request, i) => new TestCaseData(i).SetName($"Small_request_needs_little_processor_time({request.What})"));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        database = await TestDatabase.CreateAsync(Store.Sqlite);
        process = await ApiProcess.StartAsync(database);
        team = await process.Api.CreateTeamAsync();

        // So that no test is charged for the first compilation.
        foreach (var request in SmallRequest.Of(team.Id, team.Agent))
        {
            using var message = request.ToMessage();
            using var response = await process.Api.Http.SendAsync(message);
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (process?.DisposeAsync() ?? default);
        await (database?.DisposeAsync() ?? default);
    }

    [TestCaseSource(nameof(Requests))]
    public async Task Small_request_needs_little_processor_time(int which)
    {
        var request = SmallRequest.Of(team.Id, team.Agent).ElementAt(which);
        var before = process.ProcessorTime;
        for (var i = 0; i < Times; i++)
        {
            using var message = request.ToMessage();
            using var response = await process.Api.Http.SendAsync(message);
            var answer = await response.Content.ReadAsStringAsync();

            Assert.That((int)response.StatusCode, Is.AnyOf([.. request.Statuses.Cast<object>()]), answer);
            Assert.That(answer, Has.Length.LessThan(MaxAnswerBytes));
        }

        var each = (process.ProcessorTime - before) / Times;
        TestContext.Out.WriteLine($"{each.TotalMilliseconds:N0} ms of processor time, {process.PeakResidentBytes / 1e6:N0} MB at most so far");
        Assert.That(each, Is.LessThan(MaxTime));
    }

    [Test]
    public async Task No_small_request_needs_more_memory_than_its_limit()
    {
        await using var other = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var fresh = await ApiProcess.StartAsync(other);
        var own = await fresh.Api.CreateTeamAsync();
        var largest = (Added: 0L, What: "");
        var peak = fresh.PeakResidentBytes;
        foreach (var request in SmallRequest.Of(own.Id, own.Agent))
        {
            using var message = request.ToMessage();
            using var response = await fresh.Api.Http.SendAsync(message);
            var added = fresh.PeakResidentBytes - peak;
            if (added > largest.Added)
            {
                largest = (added, request.What);
            }

            peak = fresh.PeakResidentBytes;
        }

        TestContext.Out.WriteLine($"{largest.What} added the most, {largest.Added / 1e6:N0} MB; {peak / 1e6:N0} MB at most");
        Assert.That(largest.Added, Is.LessThan(MaxBytes + Slack), largest.What);
    }

    [Test]
    public async Task Many_concurrent_small_requests_leave_memory_bounded_and_others_served()
    {
        await using var other = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var fresh = await ApiProcess.StartAsync(other);
        var own = await fresh.Api.CreateTeamAsync();
        var session = await own.StartAsync();
        var requests = SmallRequest.Of(own.Id, own.Agent).ToArray();

        var attack = Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
        {
            using var client = new HttpClient { BaseAddress = fresh.Api.Http.BaseAddress };
            for (var i = 0; i < requests.Length; i++)
            {
                var request = requests[(i + sender) % requests.Length];
                using var message = request.ToMessage();
                try
                {
                    using var response = await client.SendAsync(message);
                    Assert.That((int)response.StatusCode, Is.AnyOf([503, .. request.Statuses.Cast<object>()]), request.What);
                }
                catch (HttpRequestException)
                {
                    // The server refused the request and closed the connection while the rest was being sent.
                }
            }
        }));
        var reported = 0;
        do
        {
            await own.UseAsync(session, 0.01m);
            reported++;
        }
        while (!attack.IsCompleted);
        await attack;

        TestContext.Out.WriteLine($"{fresh.PeakResidentBytes / 1e6:N0} MB at most");
        Assert.That((await own.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(reported * 0.01m));
        Assert.That(fresh.PeakResidentBytes, Is.LessThan(MaxResident));
    }
}
