using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Guarding;

namespace Entourage.Cli.Commands;

/// <summary>Answers hooks of agents: whether the agent may go on.</summary>
internal static class GuardCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "guard";

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent, by id or name (ENTOURAGE_AGENT_ID, else the agent of the key)." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "The task, by number (ENTOURAGE_TASK_ID)." };
    private static readonly Option<bool> FailOpen = new("--fail-open") { Description = "Let the agent go on when the server cannot be asked." };

    public static Command Create() => Invocation.Define(
        Name,
        "Answers the hooks of Claude Code on standard output. Without a hook's input it ends with 0 when the agent may go on, and with 2 and a reason when it must stop.",
        [Agent, OfTask, FailOpen],
        (invocation, cancellationToken) => new Guard(
            invocation.Server,
            invocation.Get(Agent) ?? Server.Variable("ENTOURAGE_AGENT_ID"),
            invocation.Get(OfTask) ?? Number("ENTOURAGE_TASK_ID"),
            Number("ENTOURAGE_SESSION_ID"),
            invocation.Get(FailOpen),
            name => invocation.Names.AgentAsync(name, cancellationToken)).RunAsync(cancellationToken));

    private static long? Number(string variable) => long.TryParse(Server.Variable(variable), out var number) ? number : null;
}
