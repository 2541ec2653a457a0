using Entourage.Api.Startup;
using Entourage.Application.Access;
using Entourage.Application.Keys;
using Entourage.Domain.Access;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>issue-key NAME</c>: issues an admin key into the store, for an operator who has lost the last one. Whoever can write the
/// store could do so by hand; this way it is in the audit trail. It works beside servers, and these take the key at once.
/// </summary>
internal static class IssueKey
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "issue-key";

    /// <summary>Issues the key and shows it, this once. Neither makes nor migrates a store: a key to another one would help nobody.</summary>
    /// <returns>The exit code: 0.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    /// <exception cref="FluentValidation.ValidationException">A key cannot be called that.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, Invocation invocation, TextWriter console)
    {
        Verify.EnsureThere(configuration);
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        var command = new CreateKeyCommand(invocation.Operand!, CallerRole.Admin, TeamId: null, AgentId: null, ExpiresAt: null);
        var key = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command);
        await AccessSetup.ShowAsync(console, "An admin key", key.Key);
        return 0;
    }
}
