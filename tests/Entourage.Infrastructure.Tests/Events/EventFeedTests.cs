using System.Diagnostics;
using Entourage.Application.Events;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Events;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Events;

/// <summary>The cost of subscribers, and the fate of slow ones.</summary>
internal sealed class EventFeedTests
{
    private const int Usages = 300;

    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        // A small buffer, and reads only after a commit.
        ["Events:BufferBytes"] = "1024",
        ["Events:PollMilliseconds"] = "60000",
    };

    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings);
        team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        session = await team.StartAsync();
    }

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Subscriber_that_falls_behind_the_buffer_misses_nothing()
    {
        var feeds = host.Services.GetRequiredService<IEventFeed>();
        await using var slow = feeds.SubscribeAsync(Audience.OfTeam(Guid.Parse(team.Id)), null, null, CancellationToken.None).GetAsyncEnumerator();
        await slow.MoveNextAsync();
        await using (var prompt = await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events"))
        {
            for (var i = 0; i < Usages; i++)
            {
                await team.UseAsync(session, 0.01m);
            }

            await prompt.ReadAsync(Usages);
        }

        var received = new List<StreamedEvent>();
        while (received.Count < Usages)
        {
            await slow.MoveNextAsync();
            received.AddRange(slow.Current.Events.Span);
        }

        var expected = Enumerable.Range(1, Usages).Select(sequence => (long)sequence).ToArray();
        Assert.That(received.Select(item => item.Message.Kind), Is.All.EqualTo(EventKind.Usage));
        Assert.That(received.Select(item => item.Message.Sequence), Is.EqualTo(expected));
        Assert.That(received.Select(item => item.Position.Usage), Is.EqualTo(expected));
    }

    [Test]
    public async Task Events_for_many_subscribers_are_read_once()
    {
        const int Watchers = 50;
        var opened = new List<EventReader>();
        for (var i = 0; i < Watchers; i++)
        {
            opened.Add(await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events"));
        }

        var reads = new ReadsOf(host.Database.FilePath);
        using (DiagnosticListener.AllListeners.Subscribe(reads))
        {
            // Each pooled context looks for listeners once a second, so the first reads may go unnoticed.
            await Patience.UntilAsync(async () =>
            {
                var before = reads.Count;
                await UseAndReadAsync();

                // One read for the commit, and one more if the commit came during the first.
                Assert.That(reads.Count - before, Is.LessThanOrEqualTo(3));
                return reads.Count > before;
            });
        }

        foreach (var watcher in opened)
        {
            await watcher.DisposeAsync();
        }

        async Task UseAndReadAsync()
        {
            await team.UseAsync(session, 0.01m);
            Assert.That((await Task.WhenAll(opened.Select(watcher => watcher.ReadAsync()))).Select(item => item!.Kind), Is.All.EqualTo("usage"));
        }
    }

    [Test]
    public async Task Feed_is_removed_when_its_last_subscriber_leaves()
    {
        var feeds = (EventFeeds)host.Services.GetRequiredService<IEventFeed>();
        await using (await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events"))
        {
            await using (await EventReader.OpenAsync(host.Api, $"/agents/{team.Agent}/events"))
            {
                Assert.That(feeds.Audiences, Is.EqualTo(new[] { Audience.OfTeam(Guid.Parse(team.Id)) }));
            }
        }

        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (feeds.Audiences.Count > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        // Another feed can start.
        await using var next = await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events");
        await team.UseAsync(session, 0.01m);
        Assert.That((await next.ReadAsync())!.Kind, Is.EqualTo("usage"));
    }

    [Test]
    public async Task Position_of_an_idle_team_advances_past_events_of_others_and_misses_nothing()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<Infrastructure.Persistence.EntourageDb>();
        var (other, id) = (await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel), Guid.Parse(team.Id));
        var foreign = await other.StartAsync();
        await team.UseAsync(session, 0.01m);
        for (var i = 0; i < 20; i++)
        {
            await other.UseAsync(foreign, 0.01m);
        }

        await team.UseAsync(session, 0.02m);
        var end = await EventHistory.FindEndAsync(db, Audience.OfTeam(id), CancellationToken.None);
        Assert.That(end, Is.EqualTo(new EventPosition(22, 2)));
        var first = await EventHistory.ReadUpToAsync(db, Audience.OfTeam(id), default, end, limit: 1, CancellationToken.None);
        var second = await EventHistory.ReadUpToAsync(db, Audience.OfTeam(id), first.To, end, limit: 1, CancellationToken.None);
        var third = await EventHistory.ReadUpToAsync(db, Audience.OfTeam(id), second.To, end, limit: 1, CancellationToken.None);
        Assert.That(first.Messages.Concat(second.Messages).Concat(third.Messages).Where(message => message.Kind == EventKind.Usage).Select(message => message.Sequence),
            Is.EqualTo(new[] { 1L, 22L }));
        Assert.That((third.To, third.HasMore), Is.EqualTo((end, false)));
    }

    /// <summary>Counts the reads of usage records.</summary>
    private sealed class ReadsOf(string file) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandExecutedEventData { Command: { Connection: Microsoft.Data.Sqlite.SqliteConnection connection } command }
                && connection.DataSource == file
                && command.CommandText.Contains("FROM \"UsageRecords\"", StringComparison.Ordinal)
                && !command.CommandText.Contains("MAX", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref count);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
