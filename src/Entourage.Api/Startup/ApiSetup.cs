using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Api.Mcp;
using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Entourage.Application.Json;
using Entourage.Dashboard;
using Entourage.Gateway;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Scalar.AspNetCore;

namespace Entourage.Api.Startup;

/// <summary>Sets up the routes, and the middleware before them.</summary>
internal static class ApiSetup
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddControllers(options =>
            {
                options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                options.Filters.Add(new IdempotencyHeaders());
                options.Filters.Add(new JsonAnswers.Description());
                JsonBodies.Install(options);

                // No action binds a form.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            })
            .ConfigureApiBehaviorOptions(options =>
            {
                options.SuppressMapClientErrors = true;
                options.InvalidModelStateResponseFactory = InvalidBodies.ToResult;
            })
            .AddJsonOptions(options =>
            {
                // Otherwise the framework keeps only the serializer's message, and drops the exception with the reason.
                options.AllowInputFormatterExceptionMessages = false;
                EntourageJson.Configure(options.JsonSerializerOptions);
            });
        services.AddSingleton<ParameterBinder, DirectBinding>();
        services.AddSingleton<OutputFormatterSelector, JsonAnswers>();

        // Only the API description uses these options.
        services.ConfigureHttpJsonOptions(options => DocumentedJson.Configure(options.SerializerOptions));
        services.AddBudgetTools();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddProblemDetails();
        services.AddSingleton<OtlpRefusals>();
        services.AddHealth();
        DataProtectionKeys.AddTo(services);
        services.AddOpenApi(options => OpenApi.Configure(options));
    }

    /// <summary>Adds the middleware. The order matters: errors first, then protection, then access.</summary>
    public static void UseRequestPipeline(this WebApplication app, bool needsKeys)
    {
        app.Use(app.Services.GetRequiredService<OtlpRefusals>().ObserveAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Problem.Of(context.HttpContext.Response.StatusCode).WriteAsync(context.HttpContext));
        app.UseProtection(needsKeys);
        app.UseAccess();
        app.UseCallerRates();
        app.Use(CompressedBodies.RefuseAsync);
        app.UseWhen(context => context.Request.Path.StartsWithSegments(McpSetup.Path), branch => branch.Use(McpBodies.CheckAsync));
    }

    public static void MapEndpoints(this WebApplication app, bool needsKeys)
    {
        app.MapControllers().WithHead();
        app.MapProblemPages().WithHead();
        app.MapMcp(McpSetup.Path).RequireAuthorization(Policies.Agent).WithMetadata(new ReportsSpendingAttribute());
        app.MapGateway().RequireAuthorization(Policies.Agent);
        app.MapOpenApi().WithHead().AllowAnonymous();
        app.MapScalarApiReference("/docs", ConfigureReference).AllowAnonymous();
        app.UseDashboard(Policies.Lead);
        if (needsKeys)
        {
            app.MapSignIn();
        }

        app.MapHealth();
        app.MapPrometheusScrapingEndpoint(Observability.MetricsPath).DisableHttpMetrics().RequireAuthorization(Policies.Admin);
    }

    // The page must not contact any other server.
    private static void ConfigureReference(ScalarOptions options) => options
        .WithTitle("Entourage API")
        .WithNonce()
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideClientButton()
        .HideDeveloperTools();
}
