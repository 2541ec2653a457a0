using System.CommandLine;
using System.CommandLine.Invocation;
using Entourage.Cli.Commands;
using Entourage.Cli.Output;
using Entourage.Client;

namespace Entourage.Cli;

/// <summary>The program.</summary>
internal static class EntryPoint
{
    // Arguments are as they are typed: a command that is run may well have one that begins with an @.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    private static Task<int> Main(string[] arguments) => RunAsync(arguments);

    /// <summary>Runs a command.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var parsed = CommandTree.Create(arguments).Parse(arguments, Parsing);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"entourage: {Plain.Of(error.Message)}");
            }

            await Console.Error.WriteLineAsync("Try --help.");
            return ExitCodes.Usage;
        }

        try
        {
            // Signals are each command's own affair: run hands them on.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {Plain.Of(exception.Message)}");
            return exception.ExitCode;
        }
        catch (StoppedException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {Plain.Of(exception.Message)}");
            return ExitCodes.Stop;
        }
        catch (EntourageException exception)
        {
            await Console.Error.WriteLineAsync($"entourage: {Plain.Of(exception.Message)}");
            return ExitCodes.Failed;
        }
    }
}
