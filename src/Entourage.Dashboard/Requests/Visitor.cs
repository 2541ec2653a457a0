using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Requests;

/// <summary>
/// Who looks at the dashboard: in their name each request of a page is sent. One for each open page, which stays open longer than a key
/// may hold; so it is asked again and again whether it still does.
/// </summary>
/// <param name="keys">Tells who is let in.</param>
/// <param name="navigation">Where the page is.</param>
public sealed class Visitor(KeyRing keys, NavigationManager navigation)
{
    private Caller? caller;

    /// <summary>The visitor. Where the server asks for no keys, that is whoever can reach it.</summary>
    /// <exception cref="NoCallerException">Nobody said who it is.</exception>
    public Caller Caller
    {
        get => caller ?? throw new NoCallerException();
        set => caller = value;
    }

    /// <summary>The team of a lead, who sees that one alone; null for an admin, who sees everything.</summary>
    public Guid? TeamId => Caller.TeamId;

    /// <summary>Whether the visitor would be let in now, too. One who would not is led to where to sign in.</summary>
    /// <remarks>Throws what the store throws when it cannot say.</remarks>
    public async ValueTask<bool> StaysAsync(CancellationToken cancellationToken = default)
    {
        if (await keys.StillAdmitsAsync(Caller, cancellationToken))
        {
            return true;
        }

        // The server asks whoever it does not let in to sign in, and leads back here.
        navigation.Refresh(forceReload: true);
        return false;
    }
}
