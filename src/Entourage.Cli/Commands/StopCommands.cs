using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Pauses and resumes work, and kills sessions.</summary>
internal static class StopCommands
{
    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent, by name or id." };
    private static readonly Option<string?> Organisation = new("--org") { Description = "The organisation, by name or id." };
    private static readonly Option<bool> All = new("--all") { Description = "All agents of the team." };
    private static readonly Option<string> Reason = new("--reason") { Description = "The reason, in one line.", Required = true };
    private static readonly Option<string?> ResumeReason = new("--reason") { Description = "The reason, in one line." };
    private static readonly Option<TimeSpan?> For = OptionFactory.Duration("--for", "The duration of the pause. By default, it lasts until it is resumed.");
    private static readonly Argument<long> Session = new("session") { Description = "The number of the session." };

    public static Command CreatePause() => Invocation.Define(
        "pause",
        "Pause an agent, the team or an organisation.",
        [Agent, All, Organisation, Reason, For, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var (scope, id, name) = await FindAsync(invocation, cancellationToken);
            DateTimeOffset? until = invocation.Get(For) is { } time ? TimeProvider.System.GetUtcNow() + time : null;
            var pause = await invocation.Client.PauseAsync(scope, id, invocation.Get(Reason)!, until, cancellationToken);
            invocation.Printer.Write(
                pause,
                $"{name} is paused{(pause.ExpiresAt is { } end ? $" until {Printer.Time(end)}" : "")}. Active sessions asked to stop: {pause.Sessions.Count}. Reservations released: {pause.ReservationsReleased}.");
        });

    public static Command CreateResume() => Invocation.Define(
        "resume",
        "Resume an agent, the team or an organisation.",
        [Agent, All, Organisation, ResumeReason, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var (scope, id, name) = await FindAsync(invocation, cancellationToken);
            var pause = await invocation.Client.ResumeAsync(scope, id, invocation.Get(ResumeReason), cancellationToken);
            invocation.Printer.Write(pause, pause.Paused ? $"{name} is resumed, but remains paused with its {pause.PausedScope}." : $"{name} is resumed.");
        });

    public static Command CreateKill() => Invocation.Define(
        "kill",
        "Kill a session and the sessions of its sub-agents.",
        [Session, Reason, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var session = await invocation.Client.KillSessionAsync(invocation.Get(Session), invocation.Get(Reason)!, cancellationToken);
            invocation.Printer.Write(session, $"Session {session.Id} of {session.AgentName} is {session.Status}. It cost {Printer.Usd(session.CostUsd)} USD.");
        });

    private static async Task<(PauseScope Scope, Guid Id, string Name)> FindAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        switch (invocation.Get(Agent), invocation.Get(All), invocation.Get(Organisation))
        {
            case ({ } name, false, null):
                var agent = await invocation.Names.FindAgentAsync(name, cancellationToken);
                return (PauseScope.Agent, agent.Id, agent.Name);
            case (null, true, null):
                var team = await invocation.Names.FindTeamAsync(cancellationToken);
                return (PauseScope.Team, team.Id, team.Name);
            case (null, false, { } name):
                var organisation = await invocation.Names.FindOrganisationAsync(name, cancellationToken);
                return (PauseScope.Organisation, organisation.Id, organisation.Name);
            default:
                throw new CommandException("Specify one of --agent, --all and --org.");
        }
    }
}
