using Entourage.Application.Json;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Errors;

/// <summary>There is no such thing, or none that the caller may know of.</summary>
/// <param name="resource">What kind of thing: <c>session</c>.</param>
/// <param name="id">The id that was asked for.</param>
public sealed class NotFoundException(string resource, object id) : Exception($"There is no {resource} {id}.");

/// <summary>The present state forbids the change.</summary>
/// <param name="code">The last part of the problem's type: <c>task-blocked</c>.</param>
/// <param name="message">What is in the way, for a person.</param>
/// <param name="members">Further members of the answer.</param>
public sealed class ConflictException(string code, string message, IReadOnlyDictionary<string, object?>? members = null) : Exception(message)
{
    /// <summary>The code of a conflict with something that has the same unique name.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The last part of the problem's type.</summary>
    public string Code { get; } = code;

    /// <summary>Further members of the answer.</summary>
    public IReadOnlyDictionary<string, object?> Members { get; } = members ?? new Dictionary<string, object?>();
}

/// <summary>Input that is well formed and still wrong, for reasons a shape rule cannot see.</summary>
/// <param name="field">The member at fault, by its name in the request.</param>
/// <param name="message">What is wrong, for a person.</param>
public sealed class InvalidInputException(string field, string message) : Exception(message)
{
    /// <summary>The member at fault, by its name in the request.</summary>
    public string Field { get; } = field;
}

/// <summary>An idempotency key came again with another request.</summary>
public sealed class IdempotencyKeyReusedException() : Exception("This Idempotency-Key was used for another request.");

/// <summary>A unique index refused a row.</summary>
/// <param name="innerException">What the store said.</param>
public sealed class DuplicateException(Exception innerException) : Exception("A row with the same unique key exists.", innerException);

/// <summary>The store cannot be reached or cannot write. Nothing was recorded; asking again is safe.</summary>
/// <param name="message">What is wrong, for the operator's log and for the caller.</param>
/// <param name="innerException">What the store said.</param>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A hard budget refuses: the dollar that would break a cap is not spent.</summary>
/// <param name="tightest">The budget with the least remaining.</param>
/// <param name="refusing">All budgets that refuse.</param>
public sealed class BudgetExceededException(BudgetStatus tightest, IReadOnlyList<BudgetStatus> refusing)
    : Exception($"The {EnumNames.Of(tightest.Budget.Window.Scope)} budget of {tightest.Budget.Limit} USD ({EnumNames.Of(tightest.Budget.Window.Period)}) has nothing left.")
{
    /// <summary>The budget with the least remaining.</summary>
    public BudgetStatus Tightest { get; } = tightest;

    /// <summary>When all that refuse will have started afresh (UTC); null when waiting does not help.</summary>
    public DateTimeOffset? RetryAt { get; } = refusing.All(budget => budget.Budget.ResetsAt is not null)
        ? refusing.Max(budget => budget.Budget.ResetsAt)
        : null;
}
