using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Errors;

/// <summary>There is no such thing, or none that the caller may know of.</summary>
/// <param name="resource">What kind of thing: <c>session</c>.</param>
/// <param name="id">The id that was asked for.</param>
public sealed class NotFoundException(string resource, object id) : Exception($"There is no {resource} {id}.");

/// <summary>The caller's role, or its team, does not allow the request.</summary>
/// <param name="message">Why not and what to do, for a person.</param>
public sealed class ForbiddenException(string message) : Exception(message)
{
    /// <summary>The key does not permit the operation.</summary>
    public ForbiddenException()
        : this("What you showed does not allow this.")
    {
    }
}

/// <summary>Nobody said who sends the request.</summary>
public sealed class NoCallerException() : Exception("Nobody said who sends this.");

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

/// <summary>The id of the last event that a watcher has seen is none that was given out.</summary>
public sealed class UnknownEventIdException() : Exception("The Last-Event-ID is not one that a stream of events gave out.");

/// <summary>An idempotency key came again with another request.</summary>
public sealed class IdempotencyKeyReusedException() : Exception("This Idempotency-Key was used for another request.");

/// <summary>A unique index refused a row.</summary>
/// <param name="innerException">What the store said.</param>
public sealed class DuplicateException(Exception innerException) : Exception("A row with the same unique key exists.", innerException);

/// <summary>The store cannot be reached or cannot write.</summary>
/// <param name="message">What is wrong, for the operator's log and for the caller.</param>
/// <param name="innerException">What the store said.</param>
/// <param name="outcomeUnknown">See <see cref="OutcomeUnknown"/>.</param>
public sealed class StoreUnavailableException(string message, Exception? innerException = null, bool outcomeUnknown = false)
    : Exception(message, innerException)
{
    /// <summary>
    /// Whether the connection was lost where the request may have been committed: only one with an idempotency key is safe
    /// to send again. Otherwise nothing was recorded, and asking again is safe.
    /// </summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}

/// <summary>A hard budget refuses: the dollar that would break a cap is not spent.</summary>
public sealed class BudgetExceededException : Exception
{
    // A budget with nothing left refuses those who want nothing, too: they wait for something to be left.
    private static readonly Money Least = new(1);

    private BudgetExceededException(IReadOnlyList<BudgetStatus> refusing, Money? reservable, Money wanted, string message)
        : base(message)
    {
        (Tightest, Reservable) = (refusing[0], reservable ?? Money.Zero);
        WaitingHelps = refusing.All(budget => Helps(budget, wanted));
        RetryAt = WaitingHelps && refusing.All(budget => budget.Budget.ResetsAt is not null) ? refusing.Max(budget => budget.Budget.ResetsAt) : null;
    }

    /// <summary>The budget with the least remaining (rule 6).</summary>
    public BudgetStatus Tightest { get; }

    /// <summary>The most that a reservation could take now (USD).</summary>
    public Money Reservable { get; }

    /// <summary>Whether the same request may be granted later without a limit being raised.</summary>
    public bool WaitingHelps { get; }

    /// <summary>When all that refuse will have started afresh (UTC); null when waiting does not help, or there is no such time.</summary>
    public DateTimeOffset? RetryAt { get; }

    /// <summary>Why a session may not start; null when it may.</summary>
    public static BudgetExceededException? OfStart(BudgetPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.Refusing.ToArray();
        return refusing.Length == 0 ? null : new(refusing, position.Reservable, Least, $"The {NameOf(refusing[0])} has nothing left.");
    }

    /// <summary>Why an amount cannot be reserved; null when it can.</summary>
    public static BudgetExceededException? OfReservation(BudgetPosition position, Money amount)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.RefusingToReserve(amount).ToArray();
        return refusing.Length == 0
            ? null
            : new(
                refusing,
                position.Reservable,
                Money.Max(amount, Least),
                $"The {NameOf(refusing[0])} has {refusing[0].Reservable} USD left, too little to reserve {amount} USD.");
    }

    private static string NameOf(BudgetStatus budget) =>
        $"{EnumNames.Of(budget.Budget.Window.Scope)} budget of {budget.Budget.Limit} USD ({EnumNames.Of(budget.Budget.Window.Period)})";

    // Time gives back what is reserved, and what was spent in a window that ends; it raises no limit, and ends what was granted for the window.
    private static bool Helps(BudgetStatus budget, Money wanted) =>
        (budget.Budget.ResetsAt is not null && budget.Budget.Limit - budget.Budget.Granted >= wanted)
        || budget.Budget.Limit - budget.Spending.Spent >= wanted;
}
