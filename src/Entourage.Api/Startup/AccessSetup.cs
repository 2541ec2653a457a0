using Entourage.Api.Auth;
using Entourage.Application.Keys;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>Decides whether requests need a key, and issues the first one.</summary>
internal static class AccessSetup
{
    /// <returns>Whether requests need a key.</returns>
    /// <exception cref="OptionsValidationException">The server would be open to other machines, accept tokens that were issued for other programs, or has wrong settings of its identity provider.</exception>
    public static bool AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthOptions>().Bind(builder.Configuration.GetSection(AuthOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(AuthOptions.Section).Get<AuthOptions>() ?? new();
        var reachable = ListenAddresses.Reachable(builder.Configuration);
        if (options.Mode == AuthMode.Open && reachable.Count > 0)
        {
            throw Invalid(
                $"Auth:Mode is Open, but other machines can reach {string.Join(", ", reachable)} and could change every cap. "
                + "Listen on localhost, or set Auth:Mode to Keys.");
        }

        if (!string.IsNullOrEmpty(options.Jwt.Authority) && string.IsNullOrEmpty(options.Jwt.Audience))
        {
            throw Invalid("Auth:Jwt:Authority is set, but Auth:Jwt:Audience is not, so tokens for other programs of the authority would be accepted. Set Auth:Jwt:Audience.");
        }

        if (options.OpenIdConnect.FindFaults().ToArray() is { Length: > 0 } faults)
        {
            throw Invalid(faults);
        }

        // A provider says that people must sign in, also behind a proxy on the same machine.
        if (options.Mode == AuthMode.Open && options.OpenIdConnect.IsSet)
        {
            throw Invalid("Auth:OpenIdConnect is set, but Auth:Mode is Open, so nobody would have to sign in. Set Auth:Mode to Keys, or remove Auth:OpenIdConnect.");
        }

        var isOpen = options.Mode == AuthMode.Open || (options.Mode == AuthMode.Auto && reachable.Count == 0 && !options.OpenIdConnect.IsSet);
        builder.Services.AddAuthenticationSchemes(isOpen, options);
        return !isOpen;
    }

    /// <summary>Issues an admin key if none is active, and shows it unless the operator chose it.</summary>
    public static async Task IssueFirstKeyAsync(IServiceProvider services, TextWriter console, CancellationToken cancellationToken)
    {
        var given = services.GetRequiredService<IOptions<AuthOptions>>().Value.BootstrapKey;
        await using var scope = services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<FirstKey>().EnsureAsync(given, cancellationToken) is { } issued)
        {
            await ShowKeyAsync(console, "The first admin key", issued);
        }
    }

    /// <summary>Prints a key to the console only. A log may be kept and read by others.</summary>
    public static Task ShowKeyAsync(TextWriter console, string title, string key) => console.WriteLineAsync($"""

        {title}, which is shown only once. Send it as X-API-Key:
          {key}
        """);

    private static OptionsValidationException Invalid(params string[] failures) => new(AuthOptions.Section, typeof(AuthOptions), failures);
}
