namespace Entourage.Application.Errors;

/// <summary>The resource does not exist, or the caller may not know of it.</summary>
/// <param name="resource">The kind of resource, such as <c>session</c>.</param>
/// <param name="id">The requested id.</param>
public sealed class NotFoundException(string resource, object id) : Exception($"There is no {resource} {id}.");

/// <summary>The caller's role or team does not permit the request.</summary>
/// <param name="message">The reason and what to do, in plain words.</param>
public sealed class ForbiddenException(string message) : Exception(message)
{
    /// <summary>Creates the exception with a general message.</summary>
    public ForbiddenException()
        : this("Your key does not permit this operation.")
    {
    }
}

/// <summary>The request has no caller.</summary>
public sealed class NoCallerException() : Exception("The request has no caller. Set CallerContext.Current before you send it.");

/// <summary>The current state does not allow the change.</summary>
/// <param name="code">The last part of the problem type, such as <c>task-blocked</c>.</param>
/// <param name="message">The reason, in plain words.</param>
/// <param name="members">Further members of the problem details.</param>
public sealed class ConflictException(string code, string message, IReadOnlyDictionary<string, object?>? members = null) : Exception(message)
{
    /// <summary>The code of a conflict with an existing unique name.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The code of a conflict with an archived agent, team or organisation.</summary>
    public const string Archived = "archived";

    /// <summary>The last part of the problem type.</summary>
    public string Code { get; } = code;

    /// <summary>Further members of the problem details.</summary>
    public IReadOnlyDictionary<string, object?> Members { get; } = members ?? new Dictionary<string, object?>();
}

/// <summary>The input is well formed but invalid for a reason that validators cannot see.</summary>
/// <param name="field">The name of the invalid member in the request.</param>
/// <param name="message">The reason, in plain words.</param>
public sealed class InvalidInputException(string field, string message) : Exception(message)
{
    /// <summary>The name of the invalid member in the request.</summary>
    public string Field { get; } = field;
}

/// <summary>The Last-Event-ID of an event stream is unknown.</summary>
public sealed class UnknownEventIdException() : Exception("The Last-Event-ID is unknown. Send the id of an event that you received, or leave the header out to start from now.");

/// <summary>The idempotency key was used for a different request.</summary>
public sealed class IdempotencyKeyReusedException() : Exception("This Idempotency-Key was already used for a different request. Use a new key.");

/// <summary>A unique index refused a row.</summary>
/// <param name="innerException">The exception of the store.</param>
public sealed class DuplicateException(Exception innerException) : Exception("A row with the same unique key exists.", innerException);

/// <summary>The store cannot be reached or cannot write.</summary>
/// <param name="message">The reason, for the operator's log and the caller.</param>
/// <param name="innerException">The exception of the store.</param>
/// <param name="outcomeUnknown">See <see cref="OutcomeUnknown"/>.</param>
public sealed class StoreUnavailableException(string message, Exception? innerException = null, bool outcomeUnknown = false)
    : Exception(message, innerException)
{
    /// <summary>
    /// Whether the connection was lost while the request may have been committed. Then only a request with an idempotency key is safe to repeat.
    /// Otherwise nothing was recorded, and any request is safe to repeat.
    /// </summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
