namespace Entourage.Domain.Audit;

/// <summary>The actor of an audit entry.</summary>
/// <param name="Name">The display name, cut to <see cref="AuditEntry.ActorLength"/>.</param>
/// <param name="KeyId">The key that authenticated the actor; null if none was required.</param>
public sealed record AuditActor(string Name, Guid? KeyId = null)
{
    /// <summary>The display name.</summary>
    public string Name { get; } = Cut(Name, AuditEntry.ActorLength)!;

    /// <summary>How the actor was identified.</summary>
    public ActorKind Kind { get; init; } = KeyId is null ? ActorKind.Operator : ActorKind.Key;

    /// <summary>The issuer of the actor's token, cut to <see cref="AuditEntry.IssuerLength"/>; null without a token.</summary>
    public string? Issuer { get; init => field = Cut(value, AuditEntry.IssuerLength); }

    /// <summary>The subject of the actor's token, cut to <see cref="AuditEntry.ActorSubjectLength"/>; null without a token.</summary>
    public string? Subject { get; init => field = Cut(value, AuditEntry.ActorSubjectLength); }

    // Not every store accepts half of a surrogate pair.
    private static string? Cut(string? text, int length) =>
        text is null || text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}

/// <summary>
/// Records who changed what and when, with the old and new values. The store enforces that it is append-only. It is written in the
/// transaction of the change, so both exist or neither does. It refers to its subject by id and outlives it.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>The longest name of an action or of a subject's kind.</summary>
    public const int NameLength = 40;

    /// <summary>The longest name of an actor.</summary>
    public const int ActorLength = 200;

    /// <summary>The longest issuer of a token, in UTF-16 code units.</summary>
    public const int IssuerLength = 500;

    /// <summary>The longest subject of a token, in UTF-16 code units (the maximum of OpenID Connect).</summary>
    public const int ActorSubjectLength = 255;

    /// <summary>The longest subject id: a model name.</summary>
    public const int SubjectIdLength = 200;

    private AuditEntry()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>The subject's organisation; null for a global subject.</summary>
    public Guid? OrganisationId { get; private init; }

    /// <summary>The subject's team; null if it belongs to no team.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>The actor's display name.</summary>
    public string Actor { get; private init; } = "";

    /// <summary>The key that authenticated the actor; null if none was required.</summary>
    public Guid? KeyId { get; private init; }

    /// <summary>How the actor was identified; null in entries from before this was recorded.</summary>
    public ActorKind? ActorKind { get; private init; }

    /// <summary>The issuer of the actor's token; null without a token.</summary>
    public string? ActorIssuer { get; private init; }

    /// <summary>The subject of the actor's token; null without a token.</summary>
    public string? ActorSubject { get; private init; }

    /// <summary>The action.</summary>
    public AuditAction Action { get; private init; }

    /// <summary>The kind of subject.</summary>
    public AuditSubjectKind SubjectKind { get; private init; }

    /// <summary>The id of the subject.</summary>
    public string SubjectId { get; private init; } = "";

    /// <summary>The changed values before the change, serialised by the caller; null if the subject was created.</summary>
    public string? Old { get; private init; }

    /// <summary>The changed values after the change, serialised by the caller; null if the subject was deleted.</summary>
    public string? New { get; private init; }

    /// <summary>Creates an entry.</summary>
    /// <param name="action">The action.</param>
    /// <param name="subject">What was changed.</param>
    /// <param name="old">The changed values before the change, serialised; null if the subject was created.</param>
    /// <param name="new">The changed values after the change, serialised; null if the subject was deleted.</param>
    /// <param name="actor">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
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
