using System.Diagnostics;

namespace Entourage.Infrastructure.Observability;

/// <summary>A span for each transaction of the ledger, linked to the requests that share it. Costs nothing while nobody listens.</summary>
internal static class LedgerTraces
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Entourage.Ledger";

    // A batch may have thousands of callers; a span of thousands of links is of use to nobody.
    private const int MaxLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The request that the present code works for, if anybody wants to know.</summary>
    public static ActivityContext Caller => Source.HasListeners() ? Activity.Current?.Context ?? default : default;

    /// <summary>Begins the span of a transaction; null when nobody listens.</summary>
    /// <param name="count">How many entries it has.</param>
    /// <param name="callers">Whose they are.</param>
    public static Activity? Begin(int count, IEnumerable<ActivityContext> callers)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // It has many callers and so no parent: it is a trace of its own.
        var links = callers.Where(caller => caller != default).Take(MaxLinks).Select(caller => new ActivityLink(caller));
        return Source.StartActivity(
            "ledger transaction", ActivityKind.Internal, default(ActivityContext), [KeyValuePair.Create("entourage.ledger.batch.size", (object?)count)], links);
    }

    /// <summary>Says that it failed.</summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", exception.GetType().FullName);
    }
}
