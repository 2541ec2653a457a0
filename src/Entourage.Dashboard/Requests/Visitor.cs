using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Requests;

/// <summary>
/// The caller in front of an open page, used for all of the page's requests. A page can stay open longer than its key is valid, so each
/// request checks the key again.
/// </summary>
internal sealed class Visitor(KeyRing keys, NavigationManager navigation)
{
    private Caller? caller;

    /// <summary>The caller. A server that requires no keys treats every visitor as the operator.</summary>
    /// <exception cref="NoCallerException">The caller was not set.</exception>
    public Caller Caller
    {
        get => caller ?? throw new NoCallerException();
        set => caller = value;
    }

    /// <summary>The only team that a lead can see; null for an admin.</summary>
    public Guid? TeamId => Caller.TeamId;

    /// <summary>Checks that the visitor's key is still valid, and otherwise sends the browser to the sign-in page. Throws the store's exceptions.</summary>
    public async ValueTask<bool> IsStillSignedInAsync(CancellationToken cancellationToken = default)
    {
        if (await keys.StillAdmitsAsync(Caller, cancellationToken))
        {
            return true;
        }

        // The server redirects the reload to the sign-in page, which returns here.
        navigation.Refresh(forceReload: true);
        return false;
    }
}
