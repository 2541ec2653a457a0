using Entourage.Api.Commands;
using Entourage.Api.Startup;

FileModes.RestrictToOwner();
var commandLine = CommandLine.Parse(args);
if (commandLine.Error is { } usage)
{
    await Console.Error.WriteLineAsync(usage);
    return 1;
}

if (!commandLine.IsDemo)
{
    return await RunAsync(commandLine);
}

using var store = new DemoStore();
var failed = await RunAsync(store.Seed(commandLine));
return failed != 0 ? failed : await RunAsync(store.Serve(commandLine));

// Serves, or runs the command.
static async Task<int> RunAsync(CommandLine commandLine)
{
    WebApplication? app = null;
    bool needsKeys;
    try
    {
        var builder = ServerSetup.CreateBuilder(commandLine.Settings);
        needsKeys = builder.AddServer();
        WarmUp.AddTo(builder);
        commandLine.Command?.ConfigureServices(builder.Services);
        if (commandLine.IsDemo)
        {
            builder.Services.AddHostedService<DemoTraffic>();
        }

        app = builder.Build();
        app.UseRequestPipeline(needsKeys);
        app.MapEndpoints(needsKeys);
        if (commandLine.Command is { } command)
        {
            var exitCode = await command.RunAsync(new(app.Services, app.Configuration, commandLine, Console.Out));
            await app.DisposeAsync();
            return exitCode;
        }

        await app.StartServingAsync(needsKeys);
    }
    catch (Exception exception) when (StartupError.Describe(exception) is { } reason)
    {
        await Console.Error.WriteLineAsync($"Entourage cannot {commandLine.Command?.Name ?? "start"}: {reason}");

        // Flushes the log, which may contain details of the error.
        await (app?.DisposeAsync() ?? default);
        return 1;
    }

    await app.WaitForStopAsync(needsKeys);
    return 0;
}
