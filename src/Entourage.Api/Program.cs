using Entourage.Api.Commands;
using Entourage.Api.Startup;

FileModes.RestrictToOwner();
var commandLine = CommandLine.Parse(args);
if (commandLine.Error is { } usage)
{
    await Console.Error.WriteLineAsync(usage);
    return 1;
}

WebApplication? app = null;
bool needsKeys;
try
{
    var builder = ServerSetup.CreateBuilder(commandLine.Settings);
    needsKeys = builder.AddServer();
    WarmUp.AddTo(builder);
    commandLine.Command?.ConfigureServices(builder.Services);

    app = builder.Build();
    app.UseRequestPipeline(needsKeys);
    app.MapEndpoints(needsKeys);
    if (commandLine.Command is { } command)
    {
        return await command.RunAsync(new(app.Services, app.Configuration, commandLine, Console.Out));
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
