using System.Runtime.CompilerServices;
using System.Text;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Events;

/// <summary>A feed for each team that somebody watches, for as long as somebody does.</summary>
internal sealed class TeamFeeds : IEventFeed, IDisposable
{
    private const int PageSize = 500;

    // How long a client that was cut off waits before it comes back, in milliseconds.
    private const int Retry = 1_000;

    private readonly IServiceScopeFactory scopes;
    private readonly EventOptions options;
    private readonly IHostApplicationLifetime lifetime;
    private readonly CommitSignal signal;
    private readonly JobMetrics jobs;
    private readonly ILogger<TeamFeeds> logger;
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, TeamFeed> feeds = [];

    public TeamFeeds(
        IServiceScopeFactory scopes,
        IOptions<EventOptions> options,
        IHostApplicationLifetime lifetime,
        CommitSignal signal,
        EventMetrics metrics,
        JobMetrics jobs,
        ILogger<TeamFeeds> logger)
    {
        (this.scopes, this.options, this.lifetime, this.signal, this.jobs, this.logger) = (scopes, options.Value, lifetime, signal, jobs, logger);
        signal.Committed += Wake;
        metrics.ShowWatchers(CountWatchers);
    }

    /// <summary>The teams that are watched.</summary>
    internal IReadOnlyCollection<Guid> Watched
    {
        get
        {
            lock (gate)
            {
                return [.. feeds.Keys];
            }
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync(
        Guid teamId, Guid? agentId, EventPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw Stopping();
        }

        var feed = Join(teamId);
        try
        {
            // Whatever was committed before now is read then, and lies before the position of who starts now.
            await SettleAsync(feed, ending.Token, cancellationToken);
            var position = after ?? feed.Head;
            var next = feed.Find(position);
            yield return Opening(position);
            while (true)
            {
                ReadOnlyMemory<byte> piece;
                if (next is not { } number || !feed.TryTake(number, out var block))
                {
                    // Further back than the buffer reaches: what lies between is read from the store.
                    var page = await ReadAsync(teamId, position, feed.Head, ending.Token);
                    piece = EventBlock.Of(page).After(position, agentId);
                    position = position.And(page.To);
                    next = page.HasMore ? null : feed.Find(position);
                }
                else if (block is not null)
                {
                    piece = block.After(position, agentId);
                    position = position.And(block.To);
                    next = number + 1;
                }
                else if (await feed.WaitAsync(number, ending.Token) is { } idleAt)
                {
                    position = position.And(idleAt);
                    piece = EventBlock.Beat(position);
                }
                else
                {
                    continue;
                }

                if (!piece.IsEmpty)
                {
                    yield return piece;
                }
            }
        }
        finally
        {
            await LeaveAsync(teamId, feed);
        }
    }

    public void Dispose() => signal.Committed -= Wake;

    // A comment, so that what stands between lets the answer through at once; and where the watcher is, should it be cut off before the first event.
    private static byte[] Opening(EventPosition position) => Encoding.UTF8.GetBytes($": watching\nretry: {Retry}\nid: {position}\n\n");

    private static async Task SettleAsync(TeamFeed feed, CancellationToken ending, CancellationToken left)
    {
        try
        {
            await feed.SettleAsync(ending);
        }
        catch (OperationCanceledException) when (!left.IsCancellationRequested)
        {
            throw Stopping();
        }
    }

    private static StoreUnavailableException Stopping() => new("The server is stopping.");

    private async Task<EventPage> ReadAsync(Guid teamId, EventPosition after, EventPosition end, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await EventHistory.ReadUpToAsync(scope.ServiceProvider.GetRequiredService<EntourageDb>(), teamId, after, end, PageSize, cancellationToken);
    }

    private TeamFeed Join(Guid teamId)
    {
        lock (gate)
        {
            if (!feeds.TryGetValue(teamId, out var feed))
            {
                feeds.Add(teamId, feed = new(teamId, scopes, options, jobs, logger));
            }

            feed.Watchers++;
            return feed;
        }
    }

    private async Task LeaveAsync(Guid teamId, TeamFeed feed)
    {
        lock (gate)
        {
            if (--feed.Watchers > 0)
            {
                return;
            }

            feeds.Remove(teamId);
        }

        await feed.DisposeAsync();
    }

    private int CountWatchers()
    {
        lock (gate)
        {
            return feeds.Values.Sum(feed => feed.Watchers);
        }
    }

    private void Wake(Guid teamId)
    {
        lock (gate)
        {
            feeds.GetValueOrDefault(teamId)?.Wake();
        }
    }
}
