using Entourage.Application.Upstreams;
using Entourage.Gateway.Calls;
using Entourage.Gateway.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Gateway;

/// <summary>Sets up the gateway.</summary>
public static class GatewaySetup
{
    /// <summary>Adds the gateway's services.</summary>
    public static void AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, UpstreamValidation>();
        services.AddHttpForwarder();
        services.AddSingleton<UpstreamList>();
        services.AddSingleton<IGatewayUpstreams>(provider => provider.GetRequiredService<UpstreamList>());
        services.AddSingleton<OutputLimits>();
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<CallBodies>();
        services.AddSingleton<CallAgents>();
        services.AddSingleton<CallSessions>();
        services.AddSingleton<StoreOutage>();
        services.AddSingleton<UnrecordedCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<UnrecordedCalls>());
        services.AddSingleton<RunningCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<RunningCalls>());
        services.AddSingleton<CallSettler>();
        services.AddScoped<CallHandler>();
    }

    /// <summary>Maps the paths below <c>/gateway</c>.</summary>
    public static IEndpointConventionBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.Map($"{CallerKeys.Path}/{{upstream}}/{{**path}}", (HttpContext context, CallHandler handler, string upstream) => handler.HandleAsync(context, upstream, PathOf(context)))
            .DisableRequestTimeout()
            .ExcludeFromDescription();
    }

    // As it was sent: the routing value would hide encoded characters and empty segments.
    private static string PathOf(HttpContext context)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        path = path.Split('?', 2)[0];
        return path.Split('/', 4) is [_, _, _, { } rest] ? rest : "";
    }

    private sealed class UpstreamValidation : IValidateOptions<GatewayOptions>
    {
        public ValidateOptionsResult Validate(string? name, GatewayOptions options) =>
            options.Upstreams.Select(upstream => UpstreamList.FindMistake(upstream.Key, upstream.Value)).OfType<string>().FirstOrDefault() is { } mistake
                ? ValidateOptionsResult.Fail(mistake)
                : ValidateOptionsResult.Success;
    }
}
