using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Lets another agent start a session below one, once.</summary>
internal static class ChildTokenCommand
{
    private static readonly Option<long?> Session = new("--session") { Description = "The parent session, by number (ENTOURAGE_SESSION_ID)." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "The one agent that may use it, by name or id; any of the team otherwise." };
    private static readonly Option<TimeSpan?> For = Values.Duration("--for", "How long it lasts, up to 1h; 5m otherwise.");

    public static Command Create() => Invocation.Define(
        "child-token",
        "Write a one-time token with which another agent may start a session below this one: run --parent-token.",
        [Session, Agent, For, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            long? outer = long.TryParse(Server.Variable("ENTOURAGE_SESSION_ID"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            var session = invocation.Get(Session)
                ?? outer
                ?? throw new CommandException("Which session? --session or ENTOURAGE_SESSION_ID.");
            Guid? agent = invocation.Get(Agent) is not { } name ? null
                : Guid.TryParse(name, out var id) ? id
                : (await invocation.Names.AgentAsync(name, cancellationToken)).Id;
            var start = new ChildTokenStart(agent, invocation.Get(For) is { } time ? (int)Math.Min(time.TotalSeconds, int.MaxValue) : null);
            var token = await invocation.Client.CreateChildTokenAsync(session, start, cancellationToken);
            invocation.Printer.Write(token, token.Token);
        });
}
