using System.CommandLine;
using System.Text.Json;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;

namespace Entourage.Cli.Commands;

/// <summary>Whether an agent may go on, as hooks of agents want to be told: 0 is yes, 2 with a reason on standard error is no.</summary>
internal static class GuardCommand
{
    // Hooks are given their input at once; who gives none is not waited for.
    private static readonly TimeSpan InputPatience = TimeSpan.FromSeconds(1);
    private const int LargestInput = 1_048_576;

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent, by name or id (ENTOURAGE_AGENT_ID)." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "The task, by number (ENTOURAGE_TASK_ID)." };
    private static readonly Option<bool> FailOpen = new("--fail-open") { Description = "Let the agent go on when the server cannot be asked." };

    public static Command Create() => Invocation.Define(
        "guard",
        "For the hooks of agents: ends with 0 when the agent may go on, and with 2 and a reason when it must stop.",
        [Agent, OfTask, FailOpen],
        async (invocation, cancellationToken) =>
        {
            // Blocking an agent's stop would make it go on.
            if (await ReadEventAsync() is "Stop" or "SubagentStop" or "SessionEnd")
            {
                return ExitCodes.Ok;
            }

            try
            {
                return await AskAsync(invocation, cancellationToken);
            }
            catch (Exception exception) when (exception is EntourageException or CommandException)
            {
                if (invocation.Get(FailOpen) && exception is EntourageException { IsTransient: true })
                {
                    return ExitCodes.Ok;
                }

                await Console.Error.WriteLineAsync($"Stop: the budget cannot be looked at. {Plain.Of(exception.Message)}");
                return ExitCodes.Usage;
            }
        });

    private static async Task<int> AskAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Get(Agent) ?? Server.Variable("ENTOURAGE_AGENT_ID") ?? throw new CommandException("Which agent? --agent or ENTOURAGE_AGENT_ID.");
        var task = invocation.Get(OfTask) ?? (long.TryParse(Server.Variable("ENTOURAGE_TASK_ID"), out var number) ? number : null);
        var client = invocation.Server.ConnectBriefly();
        var id = Guid.TryParse(name, out var known) ? known : (await invocation.Names.AgentAsync(name, cancellationToken)).Id;
        var budget = await client.GetBudgetAsync(id, task, cancellationToken);
        if (!budget.Stop)
        {
            return ExitCodes.Ok;
        }

        var left = budget.DailyLimitUsd is { } limit ? $" {Printer.Usd(budget.DailySpentUsd)} of {Printer.Usd(limit)} USD were spent today." : "";
        await Console.Error.WriteLineAsync(
            $"Stop: {Plain.Of(string.Join(", ", budget.StopReasons))}.{left} Do not go on and do not try again: tell the person you work for.");
        return ExitCodes.Usage;
    }

    private static async Task<string?> ReadEventAsync()
    {
        if (!Console.IsInputRedirected)
        {
            return null;
        }

        using var patience = new CancellationTokenSource(InputPatience, TimeProvider.System);
        try
        {
            var read = Task.Run(ReadInputAsync, patience.Token);
            using var input = JsonDocument.Parse(await read.WaitAsync(patience.Token));
            return input.RootElement.ValueKind == JsonValueKind.Object && input.RootElement.TryGetProperty("hook_event_name", out var name)
                ? name.ToString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or OperationCanceledException or IOException)
        {
            // No hook's input: the budget is looked at all the same.
            return null;
        }
    }

    private static async Task<byte[]> ReadInputAsync()
    {
        await using var input = Console.OpenStandardInput();
        using var read = new MemoryStream();
        var buffer = new byte[8_192];
        for (int count; read.Length < LargestInput && (count = await input.ReadAsync(buffer)) > 0;)
        {
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }
}
