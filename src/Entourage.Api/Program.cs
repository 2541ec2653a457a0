using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Api.Mcp;
using Entourage.Api.Startup;
using Entourage.Application;
using Entourage.Application.Json;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc;
using Scalar.AspNetCore;

if (args is [var command, ..] && !command.StartsWith('-') && command is not (Verify.Command or Fold.Command or SeedDemo.Command))
{
    await Console.Error.WriteLineAsync(
        $"There is no command '{command}'. Without one it serves; '{Verify.Command}' checks the store, '{Fold.Command}' folds its old usage, "
        + $"'{SeedDemo.Command}' fills it for a look around.");
    return 1;
}

WebApplication app;
try
{
    // Settings lie beside the program; data lie where it is started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        // Settings are read once. A watch for changes would be told of every write to files below it, the store's among them.
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args.Where(arg => arg != Verify.Repair)],
        ContentRootPath = AppContext.BaseDirectory,
    });
    builder.AddServer();

    builder.Services.AddApplication(builder.Configuration["AutoMapper:LicenseKey"]);
    builder.Services.AddInfrastructure(builder.Configuration);

    var demoClock = args is [SeedDemo.Command, ..] ? new DemoClock() : null;
    if (demoClock is not null)
    {
        builder.Services.AddSingleton<TimeProvider>(demoClock);
    }

    builder.Services.AddControllers(options =>
        {
            options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
            options.Filters.Add<IdempotencyHeaders>();
            options.Filters.Add(new ProducesAttribute("application/json"));
        })
        .ConfigureApiBehaviorOptions(options =>
        {
            options.SuppressMapClientErrors = true;
            options.InvalidModelStateResponseFactory = InvalidBodies.Answer;
        })
        .AddJsonOptions(options =>
        {
            // Else of a body that cannot be read only the serializer's message is kept, and not the exception that says why.
            options.AllowInputFormatterExceptionMessages = false;
            EntourageJson.Configure(options.JsonSerializerOptions);
        });
    builder.Services.ConfigureHttpJsonOptions(options => EntourageJson.Configure(options.SerializerOptions));
    builder.Services.AddBudgetTools();
    builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
    builder.Services.AddProblemDetails();
    builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
    builder.Services.AddOpenApi(options => OpenApi.Configure(options));

    app = builder.Build();
    app.UseExceptionHandler();
    app.UseStatusCodePages(context => Problem.Of(context.HttpContext.Response.StatusCode).WriteAsync(context.HttpContext));
    app.MapControllers();
    app.MapMcp(McpSetup.Path);
    app.MapOpenApi();
    app.MapScalarApiReference("/docs", options => options
        .WithTitle("Entourage API")
        // Nothing on the page asks a server but this one.
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideClientButton()
        .HideDeveloperTools());
    app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
    app.MapHealthChecks("/health/ready");

    if (args is [Verify.Command, ..])
    {
        return await Verify.RunAsync(app.Services, app.Configuration, args.Contains(Verify.Repair), Console.Out);
    }

    if (args is [Fold.Command, ..])
    {
        return await Fold.RunAsync(app.Services, app.Configuration, Console.Out);
    }

    if (demoClock is not null)
    {
        return await new SeedDemo(app.Services, demoClock, Console.Out).RunAsync(CancellationToken.None);
    }

    await DatabaseStartup.PrepareAsync(app.Services, CancellationToken.None);
    await app.StartAsync();
    await Greeting.WriteAsync(app, Console.Out);
}
catch (Exception exception) when (StartFault.ReasonOf(exception) is { } reason)
{
    await Console.Error.WriteLineAsync($"Entourage cannot start: {reason}");
    return 1;
}

await app.WaitForShutdownAsync();

// Closes the store: SQLite writes its log back into the file then.
await app.DisposeAsync();
return 0;
