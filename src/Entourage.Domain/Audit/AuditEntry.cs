namespace Entourage.Domain.Audit;

/// <summary>Who did something.</summary>
/// <param name="Name">The display name; of one longer than <see cref="AuditEntry.ActorLength"/> that much is kept.</param>
/// <param name="KeyId">The key that was shown; null where none was needed.</param>
public sealed record AuditActor(string Name, Guid? KeyId = null)
{
    /// <summary>The display name.</summary>
    public string Name { get; } = Cut(Name, AuditEntry.ActorLength)!;

    /// <summary>How the actor was identified.</summary>
    public ActorKind Kind { get; init; } = KeyId is null ? ActorKind.Operator : ActorKind.Key;

    /// <summary>The authority that issued the actor's token; null without a token. At most <see cref="AuditEntry.IssuerLength"/> are kept.</summary>
    public string? Issuer { get; init => field = Cut(value, AuditEntry.IssuerLength); }

    /// <summary>The subject of the actor's token; null without a token. At most <see cref="AuditEntry.ActorSubjectLength"/> are kept.</summary>
    public string? Subject { get; init => field = Cut(value, AuditEntry.ActorSubjectLength); }

    // Half of a surrogate pair cannot be stored everywhere.
    private static string? Cut(string? text, int length) =>
        text is null || text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}

/// <summary>
/// Who changed what, when, and how it was before. Append-only, in the store as well; written in the transaction of the change, so it is
/// there exactly when the change is. It names what it is about by ids alone, and outlives it.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>The longest name of an action or of a kind of subject.</summary>
    public const int NameLength = 40;

    /// <summary>The longest name of an actor.</summary>
    public const int ActorLength = 200;

    /// <summary>The longest issuer of a token, in UTF-16 code units.</summary>
    public const int IssuerLength = 500;

    /// <summary>The longest subject of a token, in UTF-16 code units: what OpenID Connect allows.</summary>
    public const int ActorSubjectLength = 255;

    /// <summary>The longest id of a subject: the name of a model.</summary>
    public const int SubjectIdLength = 200;

    private AuditEntry()
    {
    }

    /// <summary>The order in which the store took it; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>The organisation whose it is; null for what is everybody's.</summary>
    public Guid? OrganisationId { get; private init; }

    /// <summary>The team whose it is; null for what is not one team's.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>Who did it, by name.</summary>
    public string Actor { get; private init; } = "";

    /// <summary>The key that showed who it was; null where none was needed.</summary>
    public Guid? KeyId { get; private init; }

    /// <summary>How the actor was identified; null in entries that were written before this was recorded.</summary>
    public ActorKind? ActorKind { get; private init; }

    /// <summary>The authority that issued the actor's token; null without a token.</summary>
    public string? ActorIssuer { get; private init; }

    /// <summary>The subject of the actor's token; null without a token.</summary>
    public string? ActorSubject { get; private init; }

    /// <summary>What was done.</summary>
    public AuditAction Action { get; private init; }

    /// <summary>To what kind of thing.</summary>
    public AuditSubjectKind SubjectKind { get; private init; }

    /// <summary>To which.</summary>
    public string SubjectId { get; private init; } = "";

    /// <summary>The members that changed, as they were: a JSON object; null where the thing was made.</summary>
    public string? Old { get; private init; }

    /// <summary>The members that changed, as they are since: a JSON object; null where the thing was removed.</summary>
    public string? New { get; private init; }

    /// <summary>Makes an entry.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="subject">To what.</param>
    /// <param name="old">The members that changed, as they were: a JSON object; null where the thing was made.</param>
    /// <param name="new">The members that changed, as they are since: a JSON object; null where the thing was removed.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="now">The present (UTC).</param>
    public static AuditEntry Create(AuditAction action, AuditSubject subject, string? old, string? @new, AuditActor actor, DateTimeOffset now) => new()
    {
        OccurredAt = now,
        OrganisationId = subject.OrganisationId,
        TeamId = subject.TeamId,
        Actor = actor.Name,
        KeyId = actor.KeyId,
        ActorKind = actor.Kind,
        ActorIssuer = actor.Issuer,
        ActorSubject = actor.Subject,
        Action = action,
        SubjectKind = subject.Kind,
        SubjectId = subject.Id,
        Old = old,
        New = @new,
    };
}
