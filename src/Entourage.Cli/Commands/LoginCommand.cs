using System.CommandLine;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Stores the server's address and its key.</summary>
internal static class LoginCommand
{
    private static readonly Option<bool> KeyFromInput = new("--key-stdin") { Description = "Read the key from standard input. By default, the command asks for it." };
    private static readonly Option<bool> NoKey = new("--no-key") { Description = "Use no key." };

    public static Command Create() => Invocation.Define(
        "login",
        "Store the server's address and its key for the current user.",
        [KeyFromInput, NoKey],
        async (invocation, cancellationToken) =>
        {
            var url = invocation.Server.Url;
            var server = new Server(url, invocation.Get(NoKey) ? null : ReadKey(url, invocation.Get(KeyFromInput)));

            // Any request that fails if the key is not valid.
            await server.Connect().ListPricesAsync(cancellationToken).AnyAsync(cancellationToken);
            new StoredLogin(server.Url, server.ApiKey).Write();
            Printer.WriteLine($"Logged in to {server.Url}. Stored in {StoredLogin.FilePath}.");
        });

    private static string ReadKey(Uri url, bool fromInput)
    {
        if (!fromInput && Console.IsInputRedirected)
        {
            throw new CommandException("There is no terminal to ask for the key. Use --key-stdin or --no-key.");
        }

        var key = fromInput ? Console.In.ReadLine() : AnsiConsole.Prompt(new TextPrompt<string>(Markup.Escape($"Key for {url}:")).Secret());
        return key?.Trim() is { Length: > 0 } entered ? entered : throw new CommandException("The key is empty.");
    }
}
