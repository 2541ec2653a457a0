using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Cli.Running;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>A kill switch for any program.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent that works, by name or id (ENTOURAGE_AGENT_ID)." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "The task that it works on, by number." };
    private static readonly Option<string?> Model = new("--model") { Description = "The model; the agent's otherwise." };
    private static readonly Option<long?> Parent = new("--parent") { Description = "The session whose sub-agent's this is (ENTOURAGE_SESSION_ID, in a run within a run)." };
    private static readonly Option<string?> ParentToken = new("--parent-token")
    {
        Description = "A one-time token of another agent's session, whose sub-agent's this is (ENTOURAGE_PARENT_TOKEN); see child-token.",
    };

    private static readonly Option<TimeSpan?> Grace = Values.Duration("--grace", "How long the command has to end when it is stopped, before it is killed; 10s otherwise.");
    private static readonly Option<bool> FailOpen = new("--fail-open") { Description = "Run the command without a session when the server cannot be reached." };
    private static readonly Argument<string[]> CommandLine = new("command") { Description = "The command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };

    public static Command Create() => Invocation.Define(
        "run",
        "Run a command as a session of an agent, and end it with all that it started when the agent must stop.",
        [Agent, OfTask, Model, Parent, ParentToken, Grace, FailOpen, CommandLine],
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Get(Agent) ?? Server.Variable("ENTOURAGE_AGENT_ID") ?? throw new CommandException("Which agent? --agent or ENTOURAGE_AGENT_ID.");
        Guid? agent = Guid.TryParse(name, out var id) ? id : null;
        var task = invocation.Get(OfTask);
        Session? session = null;
        try
        {
            agent ??= (await invocation.Names.AgentAsync(name, cancellationToken)).Id;
            var token = invocation.Get(ParentToken) ?? Server.Variable("ENTOURAGE_PARENT_TOKEN");

            // A token names the parent already.
            var parent = invocation.Get(Parent) ?? (token is null && long.TryParse(Server.Variable("ENTOURAGE_SESSION_ID"), out var outer) ? outer : null);
            session = await invocation.Client.StartSessionAsync(new(agent.Value, task, invocation.Get(Model), parent, token), cancellationToken: cancellationToken);
        }
        catch (StoppedException exception)
        {
            throw new CommandException($"not started. {exception.Message}{Advice(exception)}", ExitCodes.Refused);
        }
        catch (EntourageException exception) when (exception.IsTransient)
        {
            if (!invocation.Get(FailOpen))
            {
                throw new CommandException($"not started. {exception.Message} (--fail-open runs it all the same.)", ExitCodes.Unreachable);
            }

            await Runner.SayAsync($"without a session. {exception.Message}");
        }
        catch (EntourageException exception) when (exception.Status is System.Net.HttpStatusCode.Conflict or System.Net.HttpStatusCode.Forbidden)
        {
            throw new CommandException($"not started. {exception.Message}", ExitCodes.Refused);
        }

        var runner = new Runner(invocation.Server, invocation.Client, invocation.Get(Grace) ?? DefaultGrace);
        return await runner.RunAsync(invocation.Get(CommandLine), agent, task, session);
    }

    private static string Advice(StoppedException exception) =>
        exception is BudgetExceededException { RetryAt: { } at } ? $" There is more at {Printer.Time(at)}." : "";
}
