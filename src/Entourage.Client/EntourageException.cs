using System.Net;
using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <summary>The server refused a request or could not be reached.</summary>
public class EntourageException : Exception
{
    internal EntourageException(HttpStatusCode? status, string code, string message, Exception? cause = null)
        : base(message, cause) => (Status, Code) = (status, code);

    internal EntourageException(HttpStatusCode status, string code, ProblemDetails problem)
        : this(status, code, problem.Detail ?? problem.Title ?? code) =>
        (Errors, TraceId) = (problem.Errors ?? Errors, problem.TraceId);

    /// <summary>The <see cref="Code"/> if the server could not be reached or did not respond in time.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The status code of the response, or null if there was none.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The last part of the problem's type, for example <c>not-found</c> or <c>budget-exceeded</c>, or <see cref="Unreachable"/>.</summary>
    public string Code { get; }

    /// <summary>The validation errors by the JSON name of the request's member.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = new Dictionary<string, string[]>();

    /// <summary>The id of the request in the server's log.</summary>
    public string? TraceId { get; }

    /// <summary>Whether the same request can succeed later, because the server or its store was unreachable or busy.</summary>
    public bool IsTransient => (Status is null && Code == Unreachable) || Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    internal static EntourageException From(HttpStatusCode status, ProblemDetails problem)
    {
        var code = problem.Type is { Length: > 0 } type
            ? type[(type.LastIndexOf('/') + 1)..]
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"status-{(int)status}");
        return (status, code) switch
        {
            (HttpStatusCode.PaymentRequired, _) => new BudgetExceededException(status, code, problem),
            (HttpStatusCode.TooManyRequests, "rate-exceeded") => new RateExceededException(status, code, problem),
            (HttpStatusCode.Conflict, "paused") => new PausedException(status, code, problem),
            (HttpStatusCode.Conflict, "archived") => new StoppedException(status, code, problem, [$"archived:{problem.Scope}"]),
            (HttpStatusCode.Conflict, "session-ended") => new StoppedException(status, code, problem, ["session_ended"]),
            _ => new EntourageException(status, code, problem),
        };
    }
}

/// <summary>The agent must stop because it is over budget, paused or archived, or because its session has ended.</summary>
public class StoppedException : EntourageException
{
    internal StoppedException(IReadOnlyList<string> reasons)
        : base(null, "stopped", $"The agent must stop: {string.Join(", ", reasons)}.") => StopReasons = reasons;

    internal StoppedException(HttpStatusCode status, string code, ProblemDetails problem, IReadOnlyList<string> reasons)
        : base(status, code, problem) => StopReasons = reasons;

    /// <summary>Why the agent must stop, for example <c>budget_exceeded:team:day</c>, <c>paused:agent</c> or <c>session_killed</c>.</summary>
    public IReadOnlyList<string> StopReasons { get; }
}

/// <summary>A hard budget does not have enough left (status 402).</summary>
public sealed class BudgetExceededException : StoppedException
{
    internal BudgetExceededException(HttpStatusCode status, string code, ProblemDetails problem)
        : base(status, code, problem, problem.Budget is { } budget ? [budget.StopReason] : ["budget_exceeded"]) =>
        (Budget, MaxReservableUsd, WaitingHelps, RetryAt) = (problem.Budget, problem.MaxReservableUsd ?? 0, problem.WaitingHelps ?? false, problem.RetryAt);

    /// <summary>The tightest budget.</summary>
    public BudgetStatus? Budget { get; }

    /// <summary>The largest amount that could be reserved now (USD).</summary>
    public decimal MaxReservableUsd { get; }

    /// <summary>Whether waiting frees money, without a change of limits.</summary>
    public bool WaitingHelps { get; }

    /// <summary>When waiting frees money (UTC).</summary>
    public DateTimeOffset? RetryAt { get; }
}

/// <summary>A hard limit per minute does not have enough left (status 429). The agent need not stop: the same request succeeds a little later.</summary>
public sealed class RateExceededException : EntourageException
{
    internal RateExceededException(HttpStatusCode status, string code, ProblemDetails problem)
        : base(status, code, problem) => (Budget, RetryAt) = (problem.Budget, problem.RetryAt);

    /// <summary>The tightest limit.</summary>
    public BudgetStatus? Budget { get; }

    /// <summary>When the same request can succeed (UTC), if nothing else is spent meanwhile.</summary>
    public DateTimeOffset? RetryAt { get; }
}

/// <summary>The agent, its team or its organisation is paused (status 409).</summary>
public sealed class PausedException : StoppedException
{
    internal PausedException(HttpStatusCode status, string code, ProblemDetails problem)
        : base(status, code, problem, [$"paused:{problem.Scope}"]) =>
        (Scope, Reason, PausedAt, ExpiresAt) = (problem.Scope, problem.Reason, problem.PausedAt, problem.ExpiresAt);

    /// <summary>What is paused: <c>agent</c>, <c>team</c> or <c>organisation</c>.</summary>
    public string? Scope { get; }

    /// <summary>The reason of the pause.</summary>
    public string? Reason { get; }

    /// <summary>When the pause began (UTC).</summary>
    public DateTimeOffset? PausedAt { get; }

    /// <summary>When the pause expires (UTC), or null if it lasts until it is resumed.</summary>
    public DateTimeOffset? ExpiresAt { get; }
}
