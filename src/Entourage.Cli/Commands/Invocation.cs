using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;

namespace Entourage.Cli.Commands;

/// <summary>The call of a command, with its arguments and the services that commands share.</summary>
/// <param name="parsed">The parsed arguments.</param>
internal sealed class Invocation(ParseResult parsed)
{
    public static readonly Option<string?> Url = new("--url")
    {
        Description = "The server's address. Defaults to ENTOURAGE_URL, the login, or http://localhost:8000.",
        Recursive = true,
    };

    public static readonly Option<string?> Team = new("--team")
    {
        Description = "The team, by name or id. Defaults to ENTOURAGE_TEAM, or the only team.",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print the API's response as JSON." };

    private EntourageClient? client;

    public Server Server { get; } = Server.Find(parsed.GetValue(Url));

    public EntourageClient Client => client ??= Server.Connect();

    public NameResolver Names => new(Client, parsed.GetValue(Team) ?? Server.Variable("ENTOURAGE_TEAM"));

    public Printer Printer { get; } = new(parsed.GetResult(Json) is not null && parsed.GetValue(Json));

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>Defines a command that returns an exit code.</summary>
    public static Command Define(string name, string description, IEnumerable<Symbol> symbols, Func<Invocation, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    command.Add(option);
                    break;
                case Argument argument:
                    command.Add(argument);
                    break;
                case Command subcommand:
                    command.Add(subcommand);
                    break;
            }
        }

        command.SetAction((parsed, cancellationToken) => action(new Invocation(parsed), cancellationToken));
        return command;
    }

    /// <summary>Defines a command that exits with 0 unless it throws.</summary>
    public static Command Define(string name, string description, IEnumerable<Symbol> symbols, Func<Invocation, CancellationToken, Task> action) => Define(
        name,
        description,
        symbols,
        async (invocation, cancellationToken) =>
        {
            await action(invocation, cancellationToken);
            return ExitCodes.Ok;
        });

    /// <summary>Defines a command that only groups subcommands.</summary>
    public static Command Group(string name, string description, params IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        return group;
    }
}
