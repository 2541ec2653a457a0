using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Stores which server is meant, and the key for it.</summary>
internal static class LoginCommand
{
    private static readonly Option<bool> KeyFromInput = new("--key-stdin") { Description = "Read the key from standard input. Otherwise it is asked for." };
    private static readonly Option<bool> NoKey = new("--no-key") { Description = "The server asks for no key." };

    public static Command Create() => Invocation.Define(
        "login",
        "Store the server's address and the key for it, for this user alone.",
        [KeyFromInput, NoKey],
        async (invocation, cancellationToken) =>
        {
            var url = invocation.Server.Url;
            var server = new Server(url, invocation.Get(NoKey) ? null : ReadKey(url, invocation.Get(KeyFromInput)));

            // Any call that shows whether the key is good.
            await server.Connect().ListPricesAsync(cancellationToken).AnyAsync(cancellationToken);
            new StoredLogin(server.Url, server.ApiKey).Write();
            Printer.WriteLine($"Logged in to {server.Url}. Stored in {StoredLogin.FilePath}.");
        });

    private static string ReadKey(Uri url, bool fromInput)
    {
        if (!fromInput && Console.IsInputRedirected)
        {
            throw new CommandException("There is no terminal to ask for the key: give it with --key-stdin, or say --no-key.");
        }

        var key = fromInput ? Console.In.ReadLine() : AnsiConsole.Prompt(new TextPrompt<string>(Markup.Escape($"Key for {url}:")).Secret());
        return key?.Trim() is { Length: > 0 } given ? given : throw new CommandException("No key was given.");
    }
}
