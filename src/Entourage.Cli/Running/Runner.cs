using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>Runs a command as a session of an agent, and ends it when the agent must stop.</summary>
/// <param name="server">Where the session is.</param>
/// <param name="client">How it is reached.</param>
/// <param name="grace">How long the command has to end by itself when it is asked to.</param>
internal sealed class Runner(Server server, EntourageClient client, TimeSpan grace)
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="agentId">The agent; null where it is not known, which goes unwatched.</param>
    /// <param name="taskId">The task that it works on.</param>
    /// <param name="session">The session that was opened for it; null where there could be none.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> command, Guid? agentId, long? taskId, Session? session)
    {
        using var signals = new ForwardedSignals();
        IChild child;
        try
        {
            child = Child.Start(CodexOptions.AddTo(command, server.Url), ChildEnvironment.Of(server, agentId, taskId, session));
        }
        catch (CommandException exception)
        {
            await CloseAsync(session, new("failed", exception.Message));
            throw;
        }

        signals.SendTo(child);
        using var over = new CancellationTokenSource();
        var keeping = session is null ? Task.CompletedTask : KeptSession.KeepAsync(client, session, TimeProvider.System, over.Token);
        var watching = agentId is { } id ? new StopPoller(client, id, session, TimeProvider.System).WaitAsync(over.Token) : null;
        var stopped = watching is not null && await Task.WhenAny(child.Exited, watching) == watching && watching.IsCompletedSuccessfully;
        if (watching is { IsFaulted: true, Exception: { } fault })
        {
            await SayAsync($"nobody watches the command any more, and no stop will end it: {fault.GetBaseException().Message}");
        }

        if (stopped)
        {
            await SayAsync($"stopped: {string.Join(", ", await watching!)}. The command has {grace.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s to end.");
            await child.EndAsync(ClaudeCode.Is(command) ? await InterruptAsync(child) : grace);
        }

        var code = await child.Exited;

        // Nobody would watch what it left behind.
        await child.EndAsync(grace);
        await over.CancelAsync();
        await SettleAsync(keeping, watching);
        var closed = await CloseAsync(session, stopped ? new("failed", $"Stopped: {string.Join(", ", await watching!)}") : EndOf(code));
        if (!stopped && closed is { Tokens: 0, CostUsd: 0, ImputedCostUsd: 0 })
        {
            await SayAsync(
                $"the command reported no usage, so no cap could stop it. If it called a model, check that it sends OpenTelemetry to {server.Url.AbsoluteUri.TrimEnd('/')} "
                + "and that its own settings do not overrule the environment.");
        }

        return stopped ? ExitCodes.Stopped : code;
    }

    /// <summary>Says something beside the command's own output.</summary>
    public static Task SayAsync(string message) => Console.Error.WriteLineAsync($"entourage: {Plain.Of(message)}");

    /// <summary>Interrupts Claude Code, as Ctrl+C does: it sends the rest of its events then, while at SIGTERM it ends at once and they are lost.</summary>
    /// <returns>How much of the grace is left.</returns>
    private async Task<TimeSpan> InterruptAsync(IChild child)
    {
        var patience = grace / 2 < ClaudeCode.Patience ? grace / 2 : ClaudeCode.Patience;
        child.Signal(LibC.SigInt);
        await Task.WhenAny(child.Exited, Task.Delay(patience, TimeProvider.System));
        return grace - patience;
    }

    // The session as it ended; null where that is not known.
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
            await SayAsync($"session {session.Id} could not be closed, the server will do it later: {exception.Message}");
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
            // They were cancelled, and have nothing more to say.
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
