using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Shows a session.</summary>
internal static class SessionCommand
{
    private static readonly Argument<long> Session = new("session") { Description = "The number of the session." };

    public static Command Create() => Invocation.Define(
        "session",
        "Show a session's cost, and its calls through the gateway.",
        [Session, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var session = await invocation.Client.GetSessionAsync(invocation.Get(Session), cancellationToken);
            invocation.Printer.Write(
                session,
                $"Session {session.Id} of {session.AgentName} is {session.Status}. It cost {Printer.Usd(session.CostUsd)} USD for {Printer.Number(session.InputTokens)} input and {Printer.Number(session.OutputTokens)} output tokens.");
            if (session.Gateway is { } gateway && !invocation.Printer.Json)
            {
                Printer.WriteLine(DescribeCalls(gateway));
            }
        });

    private static string DescribeCalls(GatewayCalls gateway)
    {
        var lastRefused = gateway.LastRefusedAt is { } at ? $" (last at {Printer.Time(at)})" : "";
        return $"Calls through the gateway: {Printer.Number(gateway.Calls)}. Running: {Printer.Number(gateway.RunningCalls)}. Refused: {Printer.Number(gateway.RefusedCalls)}{lastRefused}. "
            + $"Lowered output limit: {Printer.Number(gateway.LoweredCalls)}. Sent to another model: {Printer.Number(gateway.FallbackCalls)}.";
    }
}
