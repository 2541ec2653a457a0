using Entourage.Api.Auth;
using Entourage.Application.Keys;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>Decides whether requests need a key, and sees to it that there is one.</summary>
internal static class AccessSetup
{
    /// <summary>Adds what finds out who sends a request.</summary>
    /// <returns>Whether requests need a key.</returns>
    /// <exception cref="OptionsValidationException">The server would be open to others than this machine, or tokens of anybody would be taken.</exception>
    public static bool AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthOptions>().Bind(builder.Configuration.GetSection(AuthOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(AuthOptions.Section).Get<AuthOptions>() ?? new();
        var reachable = ListenAddresses.Reachable(builder.Configuration);
        if (options.Mode == AuthMode.Open && reachable.Count > 0)
        {
            throw Invalid(
                $"Auth:Mode is Open, and others than this machine can reach {string.Join(", ", reachable)}: whoever does could change every cap. "
                + "Listen on localhost, or set Auth:Mode to Keys.");
        }

        if (!string.IsNullOrEmpty(options.Jwt.Authority) && string.IsNullOrEmpty(options.Jwt.Audience))
        {
            throw Invalid("Auth:Jwt:Authority is set, and Auth:Jwt:Audience is not: tokens for any other program of the authority would be taken.");
        }

        var isOpen = options.Mode == AuthMode.Open || (options.Mode == AuthMode.Auto && reachable.Count == 0);
        builder.Services.AddAccess(isOpen, options.Jwt);
        return !isOpen;
    }

    /// <summary>Issues the first admin key, where there is none, and shows it unless the operator has chosen it.</summary>
    public static async Task IssueFirstKeyAsync(IServiceProvider services, TextWriter console, CancellationToken cancellationToken)
    {
        var given = services.GetRequiredService<IOptions<AuthOptions>>().Value.BootstrapKey;
        await using var scope = services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<FirstKey>().EnsureAsync(given, cancellationToken) is { } made)
        {
            // Whatever comes next: it is shown.
            await ShowAsync(console, "The first admin key", made);
        }
    }

    /// <summary>Shows a key on the console, which whoever started the program sees, and never in the log, which others keep.</summary>
    /// <param name="console">The console.</param>
    /// <param name="what">Which key it is.</param>
    /// <param name="key">Its text.</param>
    public static Task ShowAsync(TextWriter console, string what, string key) => console.WriteLineAsync($"""

        {what}, shown this once. Send it as X-API-Key:
          {key}
        """);

    private static OptionsValidationException Invalid(string failure) => new(AuthOptions.Section, typeof(AuthOptions), [failure]);
}
