using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Dashboard.Format;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Stops;

namespace Entourage.Dashboard.Components;

/// <summary>Something that stops work or lets it go on, and how it is called.</summary>
/// <param name="Action">What.</param>
/// <param name="Name">Whose work, in words: <c>team Core</c>.</param>
public sealed record StopOperation(StopAction Action, string Name)
{
    /// <summary>The session to kill.</summary>
    public long SessionId { get; private init; }

    /// <summary>Whose work is paused or resumed.</summary>
    public PauseScope Scope { get; private init; }

    /// <summary>The id of that.</summary>
    public Guid Id { get; private init; }

    /// <summary>Ends a session.</summary>
    public static StopOperation Kill(long session) => new(StopAction.Killed, $"session {session}") { SessionId = session };

    /// <summary>Pauses work.</summary>
    public static StopOperation Pause(PauseScope scope, Guid id, string name) => new(StopAction.Paused, NameOf(scope, name)) { Scope = scope, Id = id };

    /// <summary>Lets it go on.</summary>
    public static StopOperation Resume(PauseScope scope, Guid id, string name) => new(StopAction.Resumed, NameOf(scope, name)) { Scope = scope, Id = id };

    /// <summary>What is done.</summary>
    public string Verb => Action switch
    {
        StopAction.Killed => "Kill",
        StopAction.Paused => "Pause",
        _ => "Resume",
    };

    /// <summary>What was done.</summary>
    public string Done => $"{Formatter.Words(Name)} {(Action switch { StopAction.Killed => "was killed", StopAction.Paused => "is paused", _ => "may work again" })}.";

    /// <summary>What happens, before the sessions are named.</summary>
    /// <param name="preview">What would be stopped now.</param>
    public string Consequence(StopPreviewResponse preview) => Action switch
    {
        StopAction.Killed when preview.Sessions.Count == 0 => "It has ended: there is nothing left to kill.",
        StopAction.Killed => $"{Formatter.Of(preview.Sessions.Count, "session")} will be ended at once, and what is reserved is given back:",
        StopAction.Resumed => $"{Formatter.Of(preview.Agents, "agent")} may start and reserve again. Sessions that were told to stop and have not ended may go on.",
        _ when preview.Sessions.Count == 0 => $"No session is active. {Formatter.Of(preview.Agents, "agent")} can begin nothing until you resume.",
        _ => $"{Formatter.Of(preview.Agents, "agent")} can begin nothing until you resume, and {Formatter.Of(preview.Sessions.Count, "active session")} will be told to stop:",
    };

    /// <summary>Reads what would be stopped.</summary>
    public Task<Outcome<StopPreviewResponse>> PreviewAsync(RequestSender sender) => Action == StopAction.Killed
        ? sender.TryAsync(new PreviewKillQuery(SessionId))
        : sender.TryAsync(new PreviewPauseQuery(Scope, Id));

    /// <summary>Does it.</summary>
    public async Task<Fault?> DoAsync(RequestSender sender, string reason) => Action switch
    {
        StopAction.Killed => (await sender.TryAsync(new KillSessionCommand(SessionId, reason))).Fault,
        StopAction.Paused => (await sender.TryAsync(new PauseCommand(Scope, Id, reason, null))).Fault,
        _ => (await sender.TryAsync(new ResumeCommand(Scope, Id, reason))).Fault,
    };

    private static string NameOf(PauseScope scope, string name) => scope switch
    {
        PauseScope.Organisation => $"organisation {name}",
        PauseScope.Team => $"team {name}",
        _ => $"agent {name}",
    };
}
