using System.Net;
using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <summary>The server refused a request, or could not be asked.</summary>
public class EntourageException : Exception
{
    internal EntourageException(HttpStatusCode? status, string code, string message, Exception? cause = null)
        : base(message, cause) => (Status, Code) = (status, code);

    internal EntourageException(HttpStatusCode status, string code, ProblemDetails problem)
        : this(status, code, problem.Detail ?? problem.Title ?? code) =>
        (Errors, TraceId) = (problem.Errors ?? Errors, problem.TraceId);

    /// <summary>The code of a server that could not be asked: there was no connection, or no answer in time.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The status; null when the server could not be asked.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The last part of the problem's type (<c>not-found</c>, <c>budget-exceeded</c>), or <see cref="Unreachable"/>.</summary>
    public string Code { get; }

    /// <summary>What is wrong with which member of the request, by the members' names in JSON.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = new Dictionary<string, string[]>();

    /// <summary>By which the server's log knows the request.</summary>
    public string? TraceId { get; }

    /// <summary>The same request may succeed later: the server could not be asked, is busy, or has no store.</summary>
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
            (HttpStatusCode.Conflict, "paused") => new PausedException(status, code, problem),
            (HttpStatusCode.Conflict, "session-ended") => new StoppedException(status, code, problem, ["session_ended"]),
            _ => new EntourageException(status, code, problem),
        };
    }
}

/// <summary>The agent must stop: over its budget, paused, or its session has ended.</summary>
public class StoppedException : EntourageException
{
    internal StoppedException(IReadOnlyList<string> reasons)
        : base(null, "stopped", $"The agent must stop: {string.Join(", ", reasons)}.") => StopReasons = reasons;

    internal StoppedException(HttpStatusCode status, string code, ProblemDetails problem, IReadOnlyList<string> reasons)
        : base(status, code, problem) => StopReasons = reasons;

    /// <summary>Why: <c>budget_exceeded:team:day</c>, <c>paused:agent</c>, <c>session_killed</c> and so on.</summary>
    public IReadOnlyList<string> StopReasons { get; }
}

/// <summary>A hard budget has too little left (402).</summary>
public sealed class BudgetExceededException : StoppedException
{
    internal BudgetExceededException(HttpStatusCode status, string code, ProblemDetails problem)
        : base(status, code, problem, problem.Budget is { } budget ? [$"budget_exceeded:{budget.Scope}:{budget.Period}"] : ["budget_exceeded"]) =>
        (Budget, MaxReservableUsd, WaitingHelps, RetryAt) = (problem.Budget, problem.MaxReservableUsd ?? 0, problem.WaitingHelps ?? false, problem.RetryAt);

    /// <summary>The tightest budget.</summary>
    public BudgetStatus? Budget { get; }

    /// <summary>The most that would fit now (USD).</summary>
    public decimal MaxReservableUsd { get; }

    /// <summary>Whether there will be more by waiting alone.</summary>
    public bool WaitingHelps { get; }

    /// <summary>When there will be (UTC).</summary>
    public DateTimeOffset? RetryAt { get; }
}

/// <summary>The agent, its team or its organisation is paused (409).</summary>
public sealed class PausedException : StoppedException
{
    internal PausedException(HttpStatusCode status, string code, ProblemDetails problem)
        : base(status, code, problem, [$"paused:{problem.Scope}"]) =>
        (Scope, Reason, PausedAt, ExpiresAt) = (problem.Scope, problem.Reason, problem.PausedAt, problem.ExpiresAt);

    /// <summary><c>agent</c>, <c>team</c> or <c>organisation</c>.</summary>
    public string? Scope { get; }

    /// <summary>Why.</summary>
    public string? Reason { get; }

    /// <summary>Since when (UTC).</summary>
    public DateTimeOffset? PausedAt { get; }

    /// <summary>When it runs out by itself (UTC); null for one that does not.</summary>
    public DateTimeOffset? ExpiresAt { get; }
}
