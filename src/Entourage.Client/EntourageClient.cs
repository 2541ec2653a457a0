using Entourage.Client.Contracts;
using Entourage.Client.Http;

namespace Entourage.Client;

/// <summary>
/// A client of an Entourage server. Amounts are decimals of USD, exact to the nano-dollar. What fails for a moment is tried again, and
/// counted once: every request that creates or spends carries an idempotency key, the caller's or one of its own.
/// </summary>
/// <remarks>Every method throws <see cref="EntourageException"/>, or one of those derived from it, for what the server refuses.</remarks>
public sealed partial class EntourageClient
{
    private readonly Transport transport;
    private readonly TimeProvider time;

    /// <summary>A client over an <see cref="HttpClient"/> whose base address ends with <c>/api/v1/</c>; registration sees to that.</summary>
    public EntourageClient(HttpClient http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        this.time = time ?? TimeProvider.System;
        transport = new Transport(http, this.time);
    }

    /// <summary>A client without a container; it lives as long as the program.</summary>
    /// <param name="options">How the server is reached; as the environment says when null.</param>
    public static EntourageClient Create(EntourageOptions? options = null)
    {
        options ??= new();
        if (!options.IsValid)
        {
            throw new ArgumentException("Url is an absolute http or https address, Retries is from 0 to 10, and the timeouts are above 0.", nameof(options));
        }

#pragma warning disable CA2000 // The client lives as long as the program, and what it sends with does too.
        var http = new HttpClient(new RetryHandler(options, TimeProvider.System) { InnerHandler = RetryHandler.CreatePrimary() });
#pragma warning restore CA2000
        options.Apply(http);
        return new(http);
    }

    internal TimeProvider Time => time;

    /// <summary>A key that was never used, for a request that is to be sent again by the caller.</summary>
    public string NewIdempotencyKey() => transport.NewKey();

    /// <summary>Opens a session.</summary>
    /// <exception cref="BudgetExceededException">A hard budget has nothing left.</exception>
    /// <exception cref="PausedException">The agent, its team or its organisation is paused.</exception>
    public Task<Session> StartSessionAsync(SessionStart start, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync("sessions/start", start, ClientJson.Default.SessionStart, ClientJson.Default.Session, idempotencyKey, cancellationToken);

    /// <summary>Reads a session.</summary>
    public Task<Session> GetSessionAsync(long id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"sessions/{id}"), ClientJson.Default.Session, cancellationToken);

    /// <summary>An agent's sessions, the newest first.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="status">Only those that stand so.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public IAsyncEnumerable<Session> ListSessionsAsync(Guid agentId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(
            Path($"agents/{agentId}/sessions") + Query(("status", status)), ClientJson.Default.SessionArray, cancellationToken);

    /// <summary>Records what a session used, and tells whether to stop. Taken even when the session is over its budget or has ended.</summary>
    public Task<UsageAnswer> ReportUsageAsync(long sessionId, Usage usage, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync(Path($"sessions/{sessionId}/usage"), usage, ClientJson.Default.Usage, ClientJson.Default.UsageAnswer, idempotencyKey, cancellationToken);

    /// <summary>Ends a session. One that has ended already stays as it is.</summary>
    public Task<Session> EndSessionAsync(long id, SessionEnd? end = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{id}/end"), end ?? new(), ClientJson.Default.SessionEnd, ClientJson.Default.Session, idempotencyKey: null, cancellationToken);

    /// <summary>
    /// Issues a one-time token with which another agent of the team may start a session below this one, by
    /// <see cref="SessionStart.ParentToken"/>. A retry after a lost answer issues another; the lost one expires.
    /// </summary>
    /// <param name="sessionId">The parent session, which is active.</param>
    /// <param name="start">Who may use it, and how long; any agent of the team, 300 seconds, when null.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<ChildToken> CreateChildTokenAsync(long sessionId, ChildTokenStart? start = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync(
            Path($"sessions/{sessionId}/child-tokens"),
            start ?? new(),
            ClientJson.Default.ChildTokenStart,
            ClientJson.Default.ChildToken,
            idempotencyKey: null,
            cancellationToken);

    /// <summary>Kills a session and those of its sub-agents.</summary>
    public Task<Session> KillSessionAsync(long id, string reason, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{id}/kill"), new(reason), ClientJson.Default.ReasonRequest, ClientJson.Default.Session, idempotencyKey: null, cancellationToken);

    /// <summary>Sets money aside for a call that is about to be made. A usage that names it commits it.</summary>
    /// <exception cref="BudgetExceededException">A hard budget has too little left; nothing was taken.</exception>
    /// <exception cref="PausedException">The agent, its team or its organisation is paused.</exception>
    public Task<Reservation> ReserveAsync(
        long sessionId, ReservationRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"sessions/{sessionId}/reservations"),
        request,
        ClientJson.Default.ReservationRequest,
        ClientJson.Default.Reservation,
        idempotencyKey,
        cancellationToken);

    /// <summary>Holds a reservation for so many seconds from now on: 1 to 3,600.</summary>
    public Task<Reservation> ExtendReservationAsync(Guid id, int ttlSeconds, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"reservations/{id}/extend"),
        new(ttlSeconds),
        ClientJson.Default.ReservationExtension,
        ClientJson.Default.Reservation,
        idempotencyKey: null,
        cancellationToken);

    /// <summary>Gives a reservation back. One that has ended already stays as it is.</summary>
    public Task ReleaseReservationAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.DeleteAsync(Path($"reservations/{id}"), cancellationToken);

    /// <summary>What an agent may still spend, and whether it must stop.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="taskId">The task it asks for; that of its newest active session when null.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<Budget> GetBudgetAsync(Guid agentId, long? taskId = null, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"agents/{agentId}/budget") + Query(("task_id", Path($"{taskId}"))), ClientJson.Default.Budget, cancellationToken);

    /// <summary>What happens in a team, as it happens. The connection is renewed when it is lost, without a gap.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="position">The <see cref="EntourageEvent.Position"/> after which to begin; now when null.</param>
    /// <param name="connected">Called whenever the stream has been opened: what happens from then on is in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<EntourageEvent> WatchTeamAsync(
        Guid teamId, string? position = null, Action? connected = null, CancellationToken cancellationToken = default) =>
        new EventStream(transport, time, Path($"teams/{teamId}/events")).ReadAsync(position, connected, cancellationToken);

    /// <summary>What concerns an agent, as it happens, so that it learns of a stop without asking.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="position">The <see cref="EntourageEvent.Position"/> after which to begin; now when null.</param>
    /// <param name="connected">Called whenever the stream has been opened.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<EntourageEvent> WatchAgentAsync(
        Guid agentId, string? position = null, Action? connected = null, CancellationToken cancellationToken = default) =>
        new EventStream(transport, time, Path($"agents/{agentId}/events")).ReadAsync(position, connected, cancellationToken);

    private static string Path(FormattableString path) => FormattableString.Invariant(path);

    private static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        var query = string.Join('&', given);
        return query.Length == 0 ? "" : "?" + query;
    }
}
