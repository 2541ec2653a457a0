using System.CommandLine;
using System.CommandLine.Invocation;
using Entourage.Cli.Commands;
using Entourage.Cli.Output;
using Entourage.Client;

namespace Entourage.Cli;

/// <summary>The entry point of the program.</summary>
internal static class EntryPoint
{
    // No response files, because a command that is run can have an argument that begins with @.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    private static Task<int> Main(string[] arguments) => RunAsync(arguments);

    /// <summary>Runs a command and returns the exit code.</summary>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var parsed = CommandTree.Create(arguments).Parse(arguments, Parsing);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"entourage: {PlainText.From(error.Message)}");
            }

            await Console.Error.WriteLineAsync("Use --help for usage.");
            return ExitCodes.Usage;
        }

        try
        {
            // Each command handles signals. The run command forwards them.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {PlainText.From(exception.Message)}");
            return exception.ExitCode;
        }
        catch (StoppedException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {PlainText.From(exception.Message)}");
            return ExitCodes.Stop;
        }
        catch (EntourageException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {PlainText.From(exception.Message)}");
            return ExitCodes.Failed;
        }
    }
}
