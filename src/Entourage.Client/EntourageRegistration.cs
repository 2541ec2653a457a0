using Entourage.Client.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Client;

/// <summary>Registers the client with dependency injection.</summary>
public static class EntourageRegistration
{
    /// <summary>Registers <see cref="EntourageClient"/> with its retries.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Configures the connection. By default, the options come from the environment.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddEntourage(this IServiceCollection services, Action<EntourageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<EntourageOptions>()
            .Configure(configure ?? (_ => { }))
            .Validate(options => options.IsValid, EntourageOptions.InvalidMessage);
        return services.AddHttpClient<EntourageClient>((provider, http) => OptionsOf(provider).Apply(http))
            .ConfigurePrimaryHttpMessageHandler(RetryHandler.CreatePrimary)
            .AddHttpMessageHandler(provider => new RetryHandler(OptionsOf(provider), TimeOf(provider)))
            // The primary handler renews connections, so a client can live as long as its program.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    private static EntourageOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<EntourageOptions>>().Value;

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
