using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Stops;
using Entourage.Dashboard.Format;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Stops;

namespace Entourage.Dashboard.Components;

/// <summary>A kill, pause or resume, with its texts.</summary>
/// <param name="Name">The target, in words: <c>team Core</c>.</param>
public sealed record StopOperation(StopAction Action, string Name)
{
    public long SessionId { get; private init; }

    public PauseScope Scope { get; private init; }

    /// <summary>The id of the agent, team or organisation to pause or resume.</summary>
    public Guid Id { get; private init; }

    public static StopOperation Kill(long session) => new(StopAction.Killed, $"session {session}") { SessionId = session };

    public static StopOperation Pause(PauseScope scope, Guid id, string name) => new(StopAction.Paused, NameOf(scope, name)) { Scope = scope, Id = id };

    public static StopOperation Resume(PauseScope scope, Guid id, string name) => new(StopAction.Resumed, NameOf(scope, name)) { Scope = scope, Id = id };

    public string Verb => Action switch
    {
        StopAction.Killed => "Kill",
        StopAction.Paused => "Pause",
        _ => "Resume",
    };

    /// <summary>Describes the consequence. The dialog lists the sessions after it.</summary>
    public string DescribeConsequence(StopPreviewResponse preview) => Action switch
    {
        StopAction.Killed when preview.Sessions.Count == 0 => "The session has already ended, so there is nothing to kill.",
        StopAction.Killed => $"{Formatter.Quantity(preview.Sessions.Count, "session")} will end at once, and the reserved money will be released:",
        StopAction.Resumed => $"{Formatter.Quantity(preview.Agents, "agent")} can start sessions and reserve money again. Sessions that have not ended can continue.",
        _ when preview.Sessions.Count == 0 => $"No session is active. {Formatter.Quantity(preview.Agents, "agent")} cannot start sessions or reserve money until the pause ends.",
        _ => $"{Formatter.Quantity(preview.Agents, "agent")} cannot start sessions or reserve money until the pause ends. {Formatter.Quantity(preview.Sessions.Count, "active session")} will be asked to stop:",
    };

    /// <summary>Reads the sessions that the operation would stop now.</summary>
    internal Task<Outcome<StopPreviewResponse>> PreviewAsync(RequestSender sender) => Action == StopAction.Killed
        ? sender.TryAsync(new PreviewKillQuery(SessionId))
        : sender.TryAsync(new PreviewPauseQuery(Scope, Id));

    /// <summary>Executes the operation.</summary>
    /// <param name="sender">Sends the command.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="until">When a pause expires (UTC); null for never.</param>
    /// <returns>What happened, in a sentence, or why nothing did.</returns>
    internal async Task<Outcome<string>> ExecuteAsync(RequestSender sender, string reason, DateTimeOffset? until)
    {
        if (Action == StopAction.Killed)
        {
            var killed = await sender.TryAsync(new KillSessionCommand(SessionId, reason));
            return new(killed.Fault is null ? $"{Formatter.Words(Name)} was killed." : null, killed.Fault);
        }

        var (pause, fault) = Action == StopAction.Paused
            ? await sender.TryAsync(new PauseCommand(Scope, Id, reason, until))
            : await sender.TryAsync(new ResumeCommand(Scope, Id, reason));
        return new(pause is null ? null : Describe(pause), fault);
    }

    private string Describe(PauseResponse pause) => (Action, pause.PausedScope) switch
    {
        (StopAction.Paused, _) => $"{Formatter.Words(Name)} was paused.",
        (_, { } above) => $"{Formatter.Words(Name)} was resumed, but stays paused until its {EnumNames.Of(above)} is resumed.",
        _ => $"{Formatter.Words(Name)} was resumed.",
    };

    private static string NameOf(PauseScope scope, string name) => scope switch
    {
        PauseScope.Organisation => $"organisation {name}",
        PauseScope.Team => $"team {name}",
        _ => $"agent {name}",
    };
}
