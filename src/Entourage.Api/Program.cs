using Entourage.Api.Auth;
using Entourage.Api.Commands;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Api.Mcp;
using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Entourage.Api.Startup;
using Entourage.Application;
using Entourage.Application.Json;
using Entourage.Dashboard;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;
using Microsoft.AspNetCore.Mvc;
using Scalar.AspNetCore;

FileModes.KeepToOwner();
var invocation = Invocation.Parse(args);
if (invocation.Fault is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 1;
}

WebApplication app;
WebApplication? built = null;
bool needsKeys;
try
{
    // Settings lie beside the program; data lie where it is started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        // Settings are read once. A watch for changes would be told of every write to files below it, the store's among them. Nor is there
        // a route that looks for files of the dashboard that were not there at first: it would take every address.
        Args = ["--hostBuilder:reloadConfigOnChange=false", "--ReloadStaticAssetsAtRuntime=false", .. invocation.Settings],
        ContentRootPath = AppContext.BaseDirectory,
    });
    builder.AddServer();
    builder.WebHost.UseStaticWebAssets();
    builder.AddLogs();
    builder.AddObservability();
    needsKeys = builder.AddAccess();
    builder.AddHardening();

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
            JsonBodies.Install(options);
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
    builder.Services.AddSingleton<RefusalMetrics>();
    builder.Services.AddSingleton<OtlpRefusals>();
    builder.Services.AddHealth();
    builder.Services.AddDashboard();
    PageKeys.Configure(builder.Services);
    builder.Services.AddOpenApi(options => OpenApi.Configure(options));

    built = app = builder.Build();
    app.Use(app.Services.GetRequiredService<OtlpRefusals>().WatchAsync);
    app.UseExceptionHandler();
    app.UseStatusCodePages(context => Problem.Of(context.HttpContext.Response.StatusCode).WriteAsync(context.HttpContext));
    app.UseHardening(needsKeys);
    app.UseAccess();
    app.UseKeyRates();
    app.UseWhen(context => context.Request.Path.StartsWithSegments(McpSetup.Path), branch => branch.Use(McpBodies.CheckAsync));
    app.MapControllers();
    app.MapMcp(McpSetup.Path).RequireAuthorization(Policies.Agent).WithMetadata(new ReportsSpendingAttribute());
    app.MapOpenApi().AllowAnonymous();
    app.MapScalarApiReference("/docs", options => options
        .WithTitle("Entourage API")
        .WithNonce()
        // Nothing on the page asks a server but this one.
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideClientButton()
        .HideDeveloperTools()).AllowAnonymous();

    app.UseDashboard(Policies.Lead);
    if (needsKeys)
    {
        app.MapSignIn();
    }

    app.MapHealth();
    app.MapPrometheusScrapingEndpoint(Observability.MetricsPath).DisableHttpMetrics().RequireAuthorization(Policies.Admin);

    if (args is [Migrate.Command, ..])
    {
        return await Migrate.RunAsync(app.Services, Console.Out);
    }

    if (args is [Verify.Command, ..])
    {
        return await Verify.RunAsync(app.Services, app.Configuration, args.Contains(Verify.Repair), Console.Out);
    }

    if (args is [Compact.Command, ..])
    {
        return await Compact.RunAsync(app.Services, app.Configuration, Console.Out);
    }

    if (args is [Backup.Command, ..])
    {
        return await Backup.RunAsync(app.Services, app.Configuration, invocation, Console.Out);
    }

    if (args is [Restore.Command, ..])
    {
        return await Restore.RunAsync(app.Services, app.Configuration, invocation, Console.Out);
    }

    if (args is [AfterRestore.Command, ..])
    {
        return await AfterRestore.RunAsync(app.Services, app.Configuration, Console.Out);
    }

    if (args is [IssueKey.Command, ..])
    {
        return await IssueKey.RunAsync(app.Services, app.Configuration, invocation, Console.Out);
    }

    if (demoClock is not null)
    {
        return await new SeedDemo(app.Services, demoClock, Console.Out).RunAsync(CancellationToken.None);
    }

    var warmUp = WarmUp.RunAsync(app.Logger);
    await DatabaseStartup.PrepareAsync(app.Services, CancellationToken.None);
    if (needsKeys)
    {
        await AccessSetup.IssueFirstKeyAsync(app.Services, Console.Out, CancellationToken.None);
    }

    await warmUp;
    await app.StartAsync();
    if (!Logs.AreJson(app.Configuration))
    {
        await Greeting.WriteAsync(app, needsKeys, Console.Out);
    }
}
catch (Exception exception) when (StartFault.ReasonOf(exception) is { } reason)
{
    await Console.Error.WriteLineAsync($"Entourage cannot {invocation.Command ?? "start"}: {reason}");
    if (built is not null)
    {
        // Writes what the log still has in memory: it may say more about the fault.
        await built.DisposeAsync();
    }

    return 1;
}

await Logs.WaitForStopAsync(app, DatabaseOptions.SqlitePathOf(app.Configuration) ?? nameof(DatabaseProvider.SqlServer), needsKeys ? "Keys" : "Open");

// Closes the store: SQLite writes its log back into the file then.
await app.DisposeAsync();
return 0;
