using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Guarding;

namespace Entourage.Cli.Commands;

/// <summary>Answers hooks of agents.</summary>
internal static class GuardCommand
{
    public const string Name = "guard";

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent, by id or name. Defaults to ENTOURAGE_AGENT_ID, or the agent of the key." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "The task, by number. Defaults to ENTOURAGE_TASK_ID." };
    private static readonly Option<bool> FailOpen = new("--fail-open") { Description = "Let the agent continue if the server cannot be reached." };

    public static Command Create() => Invocation.Define(
        Name,
        "Answer the hooks of Claude Code on standard output. Without hook input, exit with 0 if the agent can continue, or with 2 and the reason if it must stop.",
        [Agent, OfTask, FailOpen],
        (invocation, cancellationToken) => new Guard(
            invocation.Server,
            invocation.Get(Agent) ?? Server.Variable("ENTOURAGE_AGENT_ID"),
            invocation.Get(OfTask) ?? Number("ENTOURAGE_TASK_ID"),
            Number("ENTOURAGE_SESSION_ID"),
            invocation.Get(FailOpen),
            name => invocation.Names.FindAgentAsync(name, cancellationToken)).RunAsync(cancellationToken));

    private static long? Number(string variable) => long.TryParse(Server.Variable(variable), out var number) ? number : null;
}
