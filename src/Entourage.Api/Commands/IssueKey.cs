using Entourage.Api.Startup;
using Entourage.Application.Keys;
using Entourage.Domain.Access;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>issue-key NAME</c>: prints a new admin key, for an operator who has lost the last one. Anyone who can write the store could
/// insert a key by hand; this way it is in the audit trail. It works beside running servers, and never creates or migrates a store.
/// </summary>
internal static class IssueKey
{
    /// <returns>0.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    /// <exception cref="FluentValidation.ValidationException">The name is not valid for a key.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        context.EnsureStoreExists();
        var key = await context.SendAsync(
            new CreateKeyCommand(context.Arguments.Operand!, CallerRole.Admin, TeamId: null, AgentId: null, ExpiresAt: null));
        await AccessSetup.ShowKeyAsync(context.Console, "An admin key", key.Key);
        return 0;
    }
}
