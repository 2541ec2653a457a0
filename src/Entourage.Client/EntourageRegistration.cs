using Entourage.Client.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Client;

/// <summary>Registers the client.</summary>
public static class EntourageRegistration
{
    /// <summary>Registers <see cref="EntourageClient"/>, its retries included.</summary>
    /// <param name="services">Where.</param>
    /// <param name="configure">How the server is reached; as the environment says when null.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddEntourage(this IServiceCollection services, Action<EntourageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<EntourageOptions>()
            .Configure(configure ?? (_ => { }))
            .Validate(options => options.IsValid, "Url is an absolute http or https address, Retries is from 0 to 10, and the timeouts are above 0.");
        return services.AddHttpClient<EntourageClient>((provider, http) => OptionsOf(provider).Apply(http))
            .ConfigurePrimaryHttpMessageHandler(RetryHandler.CreatePrimary)
            .AddHttpMessageHandler(provider => new RetryHandler(OptionsOf(provider), TimeOf(provider)))
            // The connections are renewed by the primary handler, also for a client that lives as long as its program.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    private static EntourageOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<EntourageOptions>>().Value;

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
