using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;

namespace Entourage.Cli.Commands;

/// <summary>A command as it was called.</summary>
/// <param name="parsed">Its arguments.</param>
internal sealed class Invocation(ParseResult parsed)
{
    public static readonly Option<string?> Url = new("--url")
    {
        Description = "The server's address (ENTOURAGE_URL, else that of the login, else http://localhost:8000).",
        Recursive = true,
    };

    public static readonly Option<string?> Team = new("--team")
    {
        Description = "The team, by name or id (ENTOURAGE_TEAM, else the only one).",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Write JSON, as the API answers it." };

    private EntourageClient? client;

    public Server Server { get; } = Server.Find(parsed.GetValue(Url));

    public EntourageClient Client => client ??= Server.Connect();

    public Names Names => new(Client, parsed.GetValue(Team) ?? Server.Variable("ENTOURAGE_TEAM"));

    public Printer Printer { get; } = new(parsed.GetResult(Json) is not null && parsed.GetValue(Json));

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>A command that answers an exit code.</summary>
    public static Command Define(string name, string description, IEnumerable<Symbol> symbols, Func<Invocation, CancellationToken, Task<int>> act)
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

        command.SetAction((parsed, cancellationToken) => act(new Invocation(parsed), cancellationToken));
        return command;
    }

    /// <summary>A command that either goes well or throws.</summary>
    public static Command Define(string name, string description, IEnumerable<Symbol> symbols, Func<Invocation, CancellationToken, Task> act) => Define(
        name,
        description,
        symbols,
        async (invocation, cancellationToken) =>
        {
            await act(invocation, cancellationToken);
            return ExitCodes.Ok;
        });

    /// <summary>A command that has others below it, and does nothing without one.</summary>
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
