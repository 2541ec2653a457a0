using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Creates child tokens.</summary>
internal static class ChildTokenCommand
{
    private static readonly Option<long?> Session = new("--session") { Description = "The parent session, by number. Defaults to ENTOURAGE_SESSION_ID." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "The only agent that can use the token, by name or id. Defaults to any agent of the team." };
    private static readonly Option<TimeSpan?> For = OptionFactory.Duration("--for", "The lifetime of the token, at most 1h. Defaults to 5m.");

    public static Command Create() => Invocation.Define(
        "child-token",
        "Create a one-time token with which another agent can start a session below this one, with run --parent-token.",
        [Session, Agent, For, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            long? outer = long.TryParse(Server.Variable("ENTOURAGE_SESSION_ID"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            var session = invocation.Get(Session)
                ?? outer
                ?? throw new CommandException("Specify the session with --session or ENTOURAGE_SESSION_ID.");
            Guid? agent = invocation.Get(Agent) is not { } name ? null
                : Guid.TryParse(name, out var id) ? id
                : (await invocation.Names.FindAgentAsync(name, cancellationToken)).Id;
            var start = new NewChildToken(agent, invocation.Get(For) is { } time ? (int)Math.Min(time.TotalSeconds, int.MaxValue) : null);
            var token = await invocation.Client.CreateChildTokenAsync(session, start, cancellationToken);
            invocation.Printer.Write(token, token.Token);
        });
}
