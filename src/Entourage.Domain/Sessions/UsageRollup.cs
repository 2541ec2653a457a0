namespace Entourage.Domain.Sessions;

/// <summary>
/// What one session used of one model in one quarter of an hour. Reports add these up; they never read the usage records.
/// </summary>
/// <remarks>
/// A quarter of an hour, because every time zone in use is offset from UTC by a multiple of it, so local days and hours
/// are whole numbers of quarters in any of them. Amounts are plain numbers here, so that the store can add them up.
/// </remarks>
public sealed class UsageRollup
{
    /// <summary>The length of a bucket.</summary>
    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private UsageRollup()
    {
    }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>When the quarter of an hour begins (UTC).</summary>
    public DateTimeOffset QuarterAt { get; private init; }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>The model; empty when nobody said.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>Tokens of all classes whose cost nobody knows yet.</summary>
    public long UnpricedTokens { get; private init; }

    /// <summary>The cost, in nano-dollars.</summary>
    public long CostNanoUsd { get; private init; }

    /// <summary>The imputed cost of usage under a subscription, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; private init; }

    /// <summary>
    /// The empty bucket that a session starts with, so that a session which never reports a usage is in the reports too.
    /// </summary>
    public static UsageRollup OfStart(Session session) =>
        new() { TeamId = session.TeamId, QuarterAt = QuarterOf(session.StartedAt), SessionId = session.Id, Model = session.Model ?? "" };

    /// <summary>The bucket of some usage.</summary>
    public static UsageRollup Create(
        Guid teamId, DateTimeOffset quarterAt, long sessionId, string model, TokenCounts tokens, long unpricedTokens, Money cost, Money imputedCost) => new()
        {
            TeamId = teamId,
            QuarterAt = quarterAt,
            SessionId = sessionId,
            Model = model,
            InputTokens = tokens.Input,
            OutputTokens = tokens.Output,
            CacheReadTokens = tokens.CacheRead,
            CacheWriteTokens = tokens.CacheWrite,
            UnpricedTokens = unpricedTokens,
            CostNanoUsd = cost.NanoUsd,
            ImputedCostNanoUsd = imputedCost.NanoUsd,
        };

    /// <summary>The beginning of the quarter of an hour that holds an instant (UTC).</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % Quarter.Ticks), TimeSpan.Zero);
    }
}
