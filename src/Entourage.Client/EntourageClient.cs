using Entourage.Client.Contracts;
using Entourage.Client.Http;

namespace Entourage.Client;

/// <summary>
/// A client of an Entourage server. Amounts are decimals in USD, exact to the nano-dollar. The client retries transient faults. Every request
/// that creates or spends carries an idempotency key, the caller's or a new one, so that a retry counts once.
/// </summary>
/// <remarks>Every method throws <see cref="EntourageException"/> or a derived exception if the server refuses the request.</remarks>
public sealed partial class EntourageClient
{
    private readonly Transport transport;
    private readonly TimeProvider time;

    /// <summary>Creates a client from an <see cref="HttpClient"/> whose base address ends with <c>/api/v1/</c>, as registration sets it.</summary>
    public EntourageClient(HttpClient http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        this.time = time ?? TimeProvider.System;
        transport = new Transport(http, this.time);
    }

    /// <summary>Creates a client without dependency injection. It lives as long as the program.</summary>
    /// <param name="options">The options. By default, they come from the environment.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static EntourageClient Create(EntourageOptions? options = null)
    {
        options ??= new();
        if (!options.IsValid)
        {
            throw new ArgumentException(EntourageOptions.InvalidMessage, nameof(options));
        }

#pragma warning disable CA2000 // The client and its handler live as long as the program.
        var http = new HttpClient(new RetryHandler(options, TimeProvider.System) { InnerHandler = RetryHandler.CreatePrimary() });
#pragma warning restore CA2000
        options.Apply(http);
        return new(http);
    }

    internal TimeProvider Time => time;

    /// <summary>Creates an idempotency key for a request that the caller may send again.</summary>
    public string NewIdempotencyKey() => transport.NewIdempotencyKey();

    /// <summary>Starts a session.</summary>
    /// <exception cref="BudgetExceededException">A hard budget is used up.</exception>
    /// <exception cref="PausedException">The agent, its team or its organisation is paused.</exception>
    public Task<Session> StartSessionAsync(SessionStart start, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync("sessions/start", start, ClientJson.Default.SessionStart, ClientJson.Default.Session, idempotencyKey, cancellationToken);

    /// <summary>Reads a session.</summary>
    public Task<Session> GetSessionAsync(long id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"sessions/{id}"), ClientJson.Default.Session, cancellationToken);

    /// <summary>Lists the sessions of an agent, newest first.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="status">Only sessions with this status.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public IAsyncEnumerable<Session> ListSessionsAsync(Guid agentId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(
            Path($"agents/{agentId}/sessions") + Query(("status", status)), ClientJson.Default.SessionArray, cancellationToken);

    /// <summary>Records usage and returns whether the agent must stop. The server accepts usage even if the session is over budget or has ended.</summary>
    public Task<UsageAnswer> ReportUsageAsync(long sessionId, Usage usage, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync(Path($"sessions/{sessionId}/usage"), usage, ClientJson.Default.Usage, ClientJson.Default.UsageAnswer, idempotencyKey, cancellationToken);

    /// <summary>Ends a session. A session that has already ended does not change.</summary>
    public Task<Session> EndSessionAsync(long id, SessionEnd? end = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{id}/end"), end ?? new(), ClientJson.Default.SessionEnd, ClientJson.Default.Session, idempotencyKey: null, cancellationToken);

    /// <summary>
    /// Creates a one-time token with which another agent of the team can start a session below this one, by
    /// <see cref="SessionStart.ParentToken"/>. A retry after a lost response creates another token, and the lost one expires.
    /// </summary>
    /// <param name="sessionId">The active parent session.</param>
    /// <param name="token">The agent and the lifetime of the token. Defaults to any agent of the team and 300 seconds.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<ChildToken> CreateChildTokenAsync(long sessionId, NewChildToken? token = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync(
            Path($"sessions/{sessionId}/child-tokens"),
            token ?? new(),
            ClientJson.Default.NewChildToken,
            ClientJson.Default.ChildToken,
            idempotencyKey: null,
            cancellationToken);

    /// <summary>Kills a session and the sessions of its sub-agents.</summary>
    public Task<Session> KillSessionAsync(long id, string reason, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{id}/kill"), new(reason), ClientJson.Default.ReasonRequest, ClientJson.Default.Session, idempotencyKey: null, cancellationToken);

    /// <summary>Reserves money for a call. Usage that names the reservation commits it.</summary>
    /// <exception cref="BudgetExceededException">A hard budget does not have enough left. Nothing was reserved.</exception>
    /// <exception cref="PausedException">The agent, its team or its organisation is paused.</exception>
    public Task<Reservation> ReserveAsync(
        long sessionId, ReservationRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{sessionId}/reservations"),
        request,
        ClientJson.Default.ReservationRequest,
        ClientJson.Default.Reservation,
        idempotencyKey,
        cancellationToken);

    /// <summary>Extends a reservation to the given number of seconds from now, from 1 to 3,600.</summary>
    public Task<Reservation> ExtendReservationAsync(Guid id, int ttlSeconds, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"reservations/{id}/extend"),
        new(ttlSeconds),
        ClientJson.Default.ReservationExtension,
        ClientJson.Default.Reservation,
        idempotencyKey: null,
        cancellationToken);

    /// <summary>Releases a reservation. A reservation that has already ended does not change.</summary>
    public Task ReleaseReservationAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.DeleteAsync(Path($"reservations/{id}"), cancellationToken);

    /// <summary>Reads what an agent can still spend, and whether it must stop.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="taskId">The task to include. Defaults to the task of the agent's newest active session.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Budget> GetBudgetAsync(Guid agentId, long? taskId = null, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"agents/{agentId}/budget") + Query(("task_id", Path($"{taskId}"))), ClientJson.Default.Budget, cancellationToken);

    /// <summary>Reads what a session can still spend, with its labels and model, and whether it must stop.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="sessionId">A session of the agent.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Budget> GetSessionBudgetAsync(Guid agentId, long sessionId, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"agents/{agentId}/budget") + Query(("session_id", Path($"{sessionId}"))), ClientJson.Default.Budget, cancellationToken);

    /// <summary>Streams the events of a team. A lost connection is reopened without a gap.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="position">The <see cref="EntourageEvent.Position"/> after which to start, or null for now.</param>
    /// <param name="connected">Called each time the stream is opened. It contains all events from then on.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<EntourageEvent> WatchTeamAsync(
        Guid teamId, string? position = null, Action? connected = null, CancellationToken cancellationToken = default) =>
        new EventStream(transport, time, Path($"teams/{teamId}/events")).ReadAsync(position, connected, cancellationToken);

    /// <summary>Streams the events that concern an agent, so that it notices a stop without polling.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="position">The <see cref="EntourageEvent.Position"/> after which to start, or null for now.</param>
    /// <param name="connected">Called each time the stream is opened.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<EntourageEvent> WatchAgentAsync(
        Guid agentId, string? position = null, Action? connected = null, CancellationToken cancellationToken = default) =>
        new EventStream(transport, time, Path($"agents/{agentId}/events")).ReadAsync(position, connected, cancellationToken);

    private static string Path(FormattableString path) => FormattableString.Invariant(path);

    private static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var pairs = parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        var query = string.Join('&', pairs);
        return query.Length == 0 ? "" : "?" + query;
    }
}
