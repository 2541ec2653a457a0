using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Manages API keys.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The name of the key." };
    private static readonly Option<string> Role = new("--role") { Description = "The role: agent, lead or admin.", Required = true };
    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent of a key with --role agent, by name or id." };
    private static readonly Option<TimeSpan?> For = OptionFactory.Duration("--for", "The lifetime of the key. By default, it does not expire.");
    private static readonly Argument<Guid> Id = new("id") { Description = "The id of the key." };

    public static Command Create()
    {
        Role.AcceptOnlyFromAmong("agent", "lead", "admin");
        return Invocation.Group("keys", "Manage API keys.", CreateCreate(), CreateList(), CreateRevoke());
    }

    private static Command CreateCreate() => Invocation.Define(
        "create",
        "Create a key. It is shown only once.",
        [Name, Role, Agent, For, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var role = invocation.Get(Role)!;
            if (role == "agent" == invocation.Get(Agent) is null)
            {
                throw new CommandException("--role agent requires --agent, and other roles do not accept it.");
            }

            var key = await invocation.Client.CreateKeyAsync(
                new NewKey(invocation.Get(Name), role)
                {
                    TeamId = role == "lead" ? (await invocation.Names.FindTeamAsync(cancellationToken)).Id : null,
                    AgentId = invocation.Get(Agent) is { } agent ? (await invocation.Names.FindAgentAsync(agent, cancellationToken)).Id : null,
                    ExpiresAt = invocation.Get(For) is { } time ? TimeProvider.System.GetUtcNow() + time : null,
                },
                cancellationToken);
            invocation.Printer.Write(key, key.Key ?? key.Id.ToString());
        });

    private static Command CreateList() => Invocation.Define(
        "list",
        "List the keys.",
        [Invocation.Json],
        async (invocation, cancellationToken) => invocation.Printer.Write(
            await invocation.Client.ListKeysAsync(cancellationToken).ToArrayAsync(cancellationToken),
            keys =>
            {
                var table = Printer.Table("Name", "Role", "Created", "Expires", "Team", "Agent", "Id");
                foreach (var key in keys)
                {
                    table.Add(
                        key.Name, key.Role, Printer.Time(key.CreatedAt), Printer.Time(key.ExpiresAt), key.TeamId?.ToString(), key.AgentId?.ToString(), key.Id.ToString());
                }

                return table;
            }));

    private static Command CreateRevoke() => Invocation.Define(
        "revoke",
        "Revoke a key.",
        [Id],
        async (invocation, cancellationToken) =>
        {
            await invocation.Client.RevokeKeyAsync(invocation.Get(Id), cancellationToken);
            Printer.WriteLine($"{invocation.Get(Id)} is revoked.");
        });
}
