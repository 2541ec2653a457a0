using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>Runs a command as a session of an agent, and ends it when the agent must stop.</summary>
/// <param name="server">The server.</param>
/// <param name="client">The client of the server.</param>
/// <param name="grace">How long the command has to end after a stop, before it is killed.</param>
internal sealed class Runner(Server server, EntourageClient client, TimeSpan grace)
{
    /// <summary>Runs the command to its end.</summary>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="agentId">The agent, or null if it is unknown, so that the command is not watched.</param>
    /// <param name="taskId">The task, if any.</param>
    /// <param name="labels">The labels of what the command uses.</param>
    /// <param name="session">The session of the command, or null for none.</param>
    /// <param name="gateway">The gateway, or null if it is not used.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> command, Guid? agentId, long? taskId, IReadOnlyDictionary<string, string> labels, Session? session, GatewayAccess? gateway)
    {
        using var signals = new ForwardedSignals();
        IChild child;
        try
        {
            child = Child.Start(CodexOptions.AddTo(command, server.Url, gateway), ChildEnvironment.Create(server, agentId, taskId, labels, session, gateway));
        }
        catch (CommandException exception)
        {
            await CloseAsync(session, new("failed", exception.Message));
            throw;
        }

        signals.SendTo(child);
        using var finished = new CancellationTokenSource();
        var keepAlive = session is null ? Task.CompletedTask : SessionKeepAlive.RunAsync(client, session, TimeProvider.System, finished.Token);
        var watching = agentId is { } id ? new StopPoller(client, id, session, TimeProvider.System, usesGateway: gateway?.IsNamedBy(command) == true).WaitForStopAsync(finished.Token) : null;
        var stopped = watching is not null && await Task.WhenAny(child.Exited, watching) == watching && watching.IsCompletedSuccessfully;
        if (watching is { IsFaulted: true, Exception: { } fault })
        {
            await WriteMessageAsync($"the command is no longer watched, so a stop will not end it: {fault.GetBaseException().Message}");
        }

        if (stopped)
        {
            await WriteMessageAsync($"stopped: {string.Join(", ", await watching!)}. The command has {grace.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s to end.");
            await child.EndAsync(ClaudeCode.Is(command) ? await InterruptAsync(child) : grace);
        }

        var code = await child.Exited;

        // End the processes that the command left running, because they would be unwatched.
        await child.EndAsync(grace);
        await finished.CancelAsync();
        await SettleAsync(keepAlive, watching);
        var closed = await CloseAsync(session, stopped ? new("failed", $"Stopped: {string.Join(", ", await watching!)}") : EndOf(code));

        // A client that does not name the session is recorded in another one by the gateway.
        if (!stopped && closed is { Tokens: 0, CostUsd: 0, ImputedCostUsd: 0 } && gateway?.IsNamedBy(command) != false)
        {
            await WriteMessageAsync(
                $"the command reported no usage, so no cap could stop it. If it called a model, check that it sends OpenTelemetry to {server.Url.AbsoluteUri.TrimEnd('/')} "
                + "and that its own settings do not override the environment.");
        }

        return stopped ? ExitCodes.Stopped : code;
    }

    /// <summary>Writes a message to standard error, next to the command's output.</summary>
    public static Task WriteMessageAsync(string message) => Console.Error.WriteLineAsync($"entourage: {PlainText.From(message)}");

    /// <summary>Interrupts Claude Code as Ctrl+C does, so that it sends its last events, which are lost at SIGTERM. Returns the remaining grace.</summary>
    private async Task<TimeSpan> InterruptAsync(IChild child)
    {
        var timeout = grace / 2 < ClaudeCode.InterruptTimeout ? grace / 2 : ClaudeCode.InterruptTimeout;
        child.Signal(LibC.SigInt);
        await Task.WhenAny(child.Exited, Task.Delay(timeout, TimeProvider.System));
        return grace - timeout;
    }

    // Returns the ended session, or null if the server could not be reached.
    private async Task<Session?> CloseAsync(Session? session, SessionEnd end)
    {
        if (session is null)
        {
            return null;
        }

        try
        {
            return await client.EndSessionAsync(session.Id, end);
        }
        catch (EntourageException exception)
        {
            await WriteMessageAsync($"session {session.Id} could not be ended. The server will close it later. {exception.Message}");
            return null;
        }
    }

    private static SessionEnd EndOf(int code) => code == 0
        ? new("completed")
        : new("failed", string.Create(CultureInfo.InvariantCulture, $"The command ended with {code}."));

    private static async Task SettleAsync(params IEnumerable<Task?> tasks)
    {
        foreach (var task in tasks.OfType<Task>())
        {
            // Ignore the cancellation.
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
