using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Cli.Running;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Runs any program as a session that can be stopped.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent of the session, by name or id. Defaults to ENTOURAGE_AGENT_ID." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "The task of the session, by number." };
    private static readonly Option<string?> Model = new("--model") { Description = "The model of the session. Defaults to the agent's model." };
    private static readonly Option<long?> Parent = new("--parent") { Description = "The parent session, by number. In a nested run, defaults to ENTOURAGE_SESSION_ID." };
    private static readonly Option<string?> ParentToken = new("--parent-token")
    {
        Description = "A one-time token that makes another agent's session the parent; see child-token. Defaults to ENTOURAGE_PARENT_TOKEN.",
    };

    private static readonly Option<TimeSpan?> Grace = OptionFactory.Duration("--grace", "How long the command has to end after a stop, before it is killed. Defaults to 10s.");
    private static readonly Option<bool> FailOpen = new("--fail-open") { Description = "Run the command without a session if the server cannot be reached." };
    private static readonly Option<bool> NoGateway = new("--no-gateway") { Description = "Leave the base URLs and keys of the providers as they are, even if the server has a gateway." };
    private static readonly Option<string[]> Label = new("--label")
    {
        Description = $"A label of the session, for example customer=acme. Repeat the option for more. Adds to {RunLabels.Variable}.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<bool> NoDefaultLabels = new("--no-default-labels")
    {
        Description = $"Do not label the session with the repository, branch, user, host and CI job. {RunLabels.DefaultsVariable} selects some of them, or none.",
    };

    private static readonly Argument<string[]> CommandLine = new("command") { Description = "The command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };

    public static Command Create() => Invocation.Define(
        "run",
        "Run a command as a session of an agent. When the agent must stop, end the command and everything that it started.",
        [Agent, OfTask, Model, Parent, ParentToken, Grace, FailOpen, NoGateway, Label, NoDefaultLabels, CommandLine],
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Get(Agent) ?? Server.Variable("ENTOURAGE_AGENT_ID") ?? throw new CommandException("Specify the agent with --agent or ENTOURAGE_AGENT_ID.");
        Guid? agent = Guid.TryParse(name, out var id) ? id : null;
        var task = invocation.Get(OfTask);
        var given = RunLabels.Given(invocation.Get(Label) ?? []);
        var labels = invocation.Get(NoDefaultLabels) ? given : await RunLabels.WithDefaultsAsync(given);
        Session? session = null;
        try
        {
            agent ??= (await invocation.Names.FindAgentAsync(name, cancellationToken)).Id;
            var token = invocation.Get(ParentToken) ?? Server.Variable("ENTOURAGE_PARENT_TOKEN");

            // A token already determines the parent.
            var parent = invocation.Get(Parent) ?? (token is null && long.TryParse(Server.Variable("ENTOURAGE_SESSION_ID"), out var outer) ? outer : null);
            var start = new SessionStart(agent.Value, task, invocation.Get(Model), parent, token) { Labels = labels.Count > 0 ? labels : null };
            try
            {
                session = await invocation.Client.StartSessionAsync(start, cancellationToken: cancellationToken);
            }
            catch (EntourageException exception) when (labels.Count > given.Count && exception.Errors.Keys.Any(member => member.StartsWith("labels", StringComparison.Ordinal)))
            {
                // The defaults are too many beside the labels of the parent, or an older server knows no labels. They are only an offer.
                labels = given;
                session = await invocation.Client.StartSessionAsync(start with { Labels = given.Count > 0 ? given : null }, cancellationToken: cancellationToken);
            }
        }
        catch (StoppedException exception)
        {
            throw new CommandException($"not started. {exception.Message}{RetryAdviceFor(exception)}", ExitCodes.Refused);
        }
        catch (EntourageException exception) when (exception.IsTransient)
        {
            if (!invocation.Get(FailOpen))
            {
                throw new CommandException($"not started. {exception.Message} Use --fail-open to run it without a session.", ExitCodes.Unreachable);
            }

            await Runner.WriteMessageAsync($"running without a session. {exception.Message}");
        }
        catch (EntourageException exception) when (exception.Status is System.Net.HttpStatusCode.Conflict or System.Net.HttpStatusCode.Forbidden)
        {
            throw new CommandException($"not started. {exception.Message}", ExitCodes.Refused);
        }

        var runner = new Runner(invocation.Server, invocation.Client, invocation.Get(Grace) ?? DefaultGrace);
        return await runner.RunAsync(invocation.Get(CommandLine), agent, task, labels, session, await FindGatewayAsync(invocation, agent, session, cancellationToken));
    }

    /// <summary>Finds the gateway of the server; null if there is none, or if it is not to be used or cannot be.</summary>
    private static async Task<GatewayAccess?> FindGatewayAsync(Invocation invocation, Guid? agent, Session? session, CancellationToken cancellationToken)
    {
        if (invocation.Get(NoGateway) || session is null)
        {
            return null;
        }

        Gateway gateway;
        try
        {
            gateway = await invocation.Client.GetGatewayAsync(cancellationToken);
        }
        catch (EntourageException exception) when (exception.Status == System.Net.HttpStatusCode.NotFound)
        {
            // An older server.
            return null;
        }

        if (gateway.Upstreams.Count == 0)
        {
            return null;
        }

        if ((gateway.Credential == "agent_key" ? invocation.Server.ApiKey : gateway.Credential == "agent_id" ? agent?.ToString() : null) is not { } credential)
        {
            await Runner.WriteMessageAsync("calls do not pass through the gateway, because the key is not the key of an agent. Caps stop the command after it has exceeded them.");
            return null;
        }

        return new(invocation.Server, gateway.Upstreams, credential, session);
    }

    private static string RetryAdviceFor(StoppedException exception) =>
        exception is BudgetExceededException { RetryAt: { } at } ? $" Try again after {Printer.Time(at)}." : "";
}
