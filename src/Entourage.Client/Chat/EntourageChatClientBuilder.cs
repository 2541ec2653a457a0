using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Client.Chat;

/// <summary>Adds <see cref="EntourageChatClient"/> to a pipeline of chat clients.</summary>
public static class EntourageChatClientBuilder
{
    /// <summary>
    /// Keeps the chat client within its agent's budget. Call this after <c>UseFunctionInvocation</c>, so that each model call counts.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Configures the options. By default, they come from the environment.</param>
    /// <param name="entourage">The client of the server. Defaults to the registered client, or one that is configured by the environment.</param>
    public static ChatClientBuilder UseEntourage(
        this ChatClientBuilder builder, Action<EntourageChatOptions>? configure = null, EntourageClient? entourage = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((inner, services) =>
        {
            var options = new EntourageChatOptions();
            configure?.Invoke(options);
            return new EntourageChatClient(inner, entourage ?? services.GetService<EntourageClient>() ?? EntourageClient.Create(), options);
        });
    }
}
