using System.Runtime.CompilerServices;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Events;

/// <summary>Keeps one <see cref="EventFeed"/> for each audience that has a subscriber.</summary>
internal sealed class EventFeeds : IEventFeed, IDisposable
{
    private const int PageSize = 500;

    private readonly IServiceScopeFactory scopes;
    private readonly EventOptions options;
    private readonly IHostApplicationLifetime lifetime;
    private readonly CommitSignal signal;
    private readonly JobMetrics jobs;
    private readonly ILogger<EventFeeds> logger;
    private readonly Lock gate = new();
    private readonly Dictionary<Audience, EventFeed> feeds = [];

    // Separate, because every commit wakes them.
    private readonly HashSet<EventFeed> ofOrganisations = [];

    public EventFeeds(
        IServiceScopeFactory scopes,
        IOptions<EventOptions> options,
        IHostApplicationLifetime lifetime,
        CommitSignal signal,
        EventMetrics metrics,
        JobMetrics jobs,
        ILogger<EventFeeds> logger)
    {
        (this.scopes, this.options, this.lifetime, this.signal, this.jobs, this.logger) = (scopes, options.Value, lifetime, signal, jobs, logger);
        signal.Committed += Wake;
        metrics.ObserveSubscribers(CountSubscribers);
    }

    /// <summary>The audiences that have a subscriber.</summary>
    internal IReadOnlyCollection<Audience> Audiences
    {
        get
        {
            lock (gate)
            {
                return [.. feeds.Keys];
            }
        }
    }

    public async IAsyncEnumerable<EventBatch> SubscribeAsync(
        Audience audience, Guid? agentId, EventPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw Stopping();
        }

        var feed = Join(audience);
        try
        {
            // Read everything that was committed before this call, so that it lies before the start of a new stream.
            await SettleAsync(feed, ending.Token, cancellationToken);
            var position = after ?? feed.Head;
            var next = feed.Find(position);
            yield return new(position, default);
            while (true)
            {
                ReadOnlyMemory<StreamedEvent> events;
                var isHeartbeat = false;
                if (next is not { } number || !feed.TryGet(number, out var block))
                {
                    // The buffer does not reach back that far, so read the store.
                    var page = await ReadAsync(audience, position, feed.Head, ending.Token);
                    events = new EventBlock(page).After(position, agentId);
                    position = position.And(page.To);
                    next = page.HasMore ? null : feed.Find(position);
                }
                else if (block is not null)
                {
                    events = block.After(position, agentId);
                    position = position.And(block.To);
                    next = number + 1;
                }
                else if (await feed.WaitAsync(number, ending.Token) is { } idleAt)
                {
                    position = position.And(idleAt);
                    (events, isHeartbeat) = (default, true);
                }
                else
                {
                    continue;
                }

                if (isHeartbeat || !events.IsEmpty)
                {
                    yield return new(position, events);
                }
            }
        }
        finally
        {
            await LeaveAsync(audience, feed);
        }
    }

    public void Dispose() => signal.Committed -= Wake;

    private static async Task SettleAsync(EventFeed feed, CancellationToken ending, CancellationToken left)
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

    private async Task<EventPage> ReadAsync(Audience audience, EventPosition after, EventPosition end, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await EventHistory.ReadUpToAsync(scope.ServiceProvider.GetRequiredService<EntourageDb>(), audience, after, end, PageSize, cancellationToken);
    }

    private EventFeed Join(Audience audience)
    {
        lock (gate)
        {
            if (!feeds.TryGetValue(audience, out var feed))
            {
                feeds.Add(audience, feed = new(audience, scopes, options, jobs, logger));
                if (!audience.IsTeam)
                {
                    ofOrganisations.Add(feed);
                }
            }

            feed.Subscribers++;
            return feed;
        }
    }

    private async Task LeaveAsync(Audience audience, EventFeed feed)
    {
        lock (gate)
        {
            if (--feed.Subscribers > 0)
            {
                return;
            }

            feeds.Remove(audience);
            ofOrganisations.Remove(feed);
        }

        await feed.DisposeAsync();
    }

    private int CountSubscribers()
    {
        lock (gate)
        {
            return feeds.Values.Sum(feed => feed.Subscribers);
        }
    }

    private void Wake(Guid teamId)
    {
        lock (gate)
        {
            feeds.GetValueOrDefault(Audience.OfTeam(teamId))?.Wake();

            // The organisation of the team is not known here, and a read that finds nothing costs little.
            foreach (var feed in ofOrganisations)
            {
                feed.Wake();
            }
        }
    }
}
