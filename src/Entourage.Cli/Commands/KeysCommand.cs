using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Keys to the API.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "What it is called." };
    private static readonly Option<string> Role = new("--role") { Description = "agent, lead or admin.", Required = true };
    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent that it acts for, by name or id; of role agent." };
    private static readonly Option<TimeSpan?> For = Values.Duration("--for", "How long it is good; for ever otherwise.");
    private static readonly Argument<Guid> Id = new("id") { Description = "The key's id." };

    public static Command Create()
    {
        Role.AcceptOnlyFromAmong("agent", "lead", "admin");
        return Invocation.Group("keys", "Keys to the API.", CreateCreate(), CreateList(), CreateRevoke());
    }

    private static Command CreateCreate() => Invocation.Define(
        "create",
        "Make a key. It is shown this once.",
        [Name, Role, Agent, For, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var role = invocation.Get(Role)!;
            if (role == "agent" == invocation.Get(Agent) is null)
            {
                throw new CommandException("--agent goes with --role agent.");
            }

            var key = await invocation.Client.CreateKeyAsync(
                new KeyStart(invocation.Get(Name), role)
                {
                    TeamId = role == "lead" ? (await invocation.Names.TeamAsync(cancellationToken)).Id : null,
                    AgentId = invocation.Get(Agent) is { } agent ? (await invocation.Names.AgentAsync(agent, cancellationToken)).Id : null,
                    ExpiresAt = invocation.Get(For) is { } time ? TimeProvider.System.GetUtcNow() + time : null,
                },
                cancellationToken);
            invocation.Printer.Write(key, key.Key ?? key.Id.ToString());
        });

    private static Command CreateList() => Invocation.Define(
        "list",
        "The keys there are.",
        [Invocation.Json],
        async (invocation, cancellationToken) => invocation.Printer.Write(
            await invocation.Client.ListKeysAsync(cancellationToken).ToArrayAsync(cancellationToken),
            keys =>
            {
                var table = Printer.Table("Name", "Role", "Made", "Ends", "Team", "Agent", "Id");
                foreach (var key in keys)
                {
                    table.Add(
                        key.Name, key.Role, Printer.Time(key.CreatedAt), Printer.Time(key.ExpiresAt), key.TeamId?.ToString(), key.AgentId?.ToString(), key.Id.ToString());
                }

                return table;
            }));

    private static Command CreateRevoke() => Invocation.Define(
        "revoke",
        "Make a key worthless.",
        [Id],
        async (invocation, cancellationToken) =>
        {
            await invocation.Client.RevokeKeyAsync(invocation.Get(Id), cancellationToken);
            Printer.WriteLine($"{invocation.Get(Id)} is revoked.");
        });
}
