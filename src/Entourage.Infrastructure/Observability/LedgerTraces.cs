using System.Diagnostics;

namespace Entourage.Infrastructure.Observability;

/// <summary>Creates a span for each transaction of the ledger, linked to the requests that share it. Without listeners it costs nothing.</summary>
internal static class LedgerTraces
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Entourage.Ledger";

    // A transaction may have thousands of callers, and a span with thousands of links is useless.
    private const int MaxLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of the current request; default without listeners.</summary>
    public static ActivityContext Caller => Source.HasListeners() ? Activity.Current?.Context ?? default : default;

    /// <summary>Starts the span of a transaction; null without listeners.</summary>
    /// <param name="count">The number of entries.</param>
    /// <param name="callers">The spans of the callers.</param>
    public static Activity? Begin(int count, IEnumerable<ActivityContext> callers)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // It has many callers, so it has no parent and starts a new trace.
        var links = callers.Where(caller => caller != default).Take(MaxLinks).Select(caller => new ActivityLink(caller));
        return Source.StartActivity(
            "ledger transaction", ActivityKind.Internal, default(ActivityContext), [KeyValuePair.Create("entourage.ledger.batch.size", (object?)count)], links);
    }

    /// <summary>Marks the span as failed.</summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", exception.GetType().FullName);
    }
}
