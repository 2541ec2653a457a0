using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Client.Chat;

/// <summary>Puts budgets into a pipeline of chat clients.</summary>
public static class EntourageChatClientBuilder
{
    /// <summary>
    /// Keeps the chat client within its agent's budget. Below whatever calls functions, so that each call of the model is counted.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">For whom it spends; as the environment says when null.</param>
    /// <param name="entourage">What speaks to the server; the registered one, else one as the environment says, when null.</param>
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
