using System.ComponentModel.DataAnnotations;
using Entourage.Domain.Keys;

namespace Entourage.Api.Auth;

/// <summary>Whether requests need a key.</summary>
internal enum AuthMode
{
    /// <summary><see cref="Open"/> if only this machine can reach the server, else <see cref="Keys"/>.</summary>
    Auto,

    /// <summary>Requests need no key. The server does not start in this mode if other machines can reach it.</summary>
    Open,

    /// <summary>Requests need a key.</summary>
    Keys,
}

/// <summary>The configuration section <c>Auth</c>.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>Whether requests need a key.</summary>
    public AuthMode Mode { get; set; } = AuthMode.Auto;

    /// <summary>The first admin key, used if none is active. If absent, the server creates one.</summary>
    [StringLength(KeyText.MaxLength, MinimumLength = KeyText.MinLength, ErrorMessage = "Auth:BootstrapKey must have {2} to {1} characters.")]
    [RegularExpression("[!-~]+", ErrorMessage = "Auth:BootstrapKey may contain only printable ASCII characters, and no spaces.")]
    public string? BootstrapKey
    {
        get;

        // An empty environment variable counts as not set.
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>Sign-in tokens of people.</summary>
    public JwtOptions Jwt { get; set; } = new();

    /// <summary>The identity provider at which people sign in to the dashboard.</summary>
    public IdentityProviderOptions OpenIdConnect { get; set; } = new();
}

/// <summary>The configuration section <c>Auth:Jwt</c>: tokens that an OpenID Connect authority issues to people.</summary>
internal sealed class JwtOptions
{
    /// <summary>The address of the authority; null to accept no tokens.</summary>
    public string? Authority { get; set; }

    /// <summary>The audience that a token must have. Required with an authority.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that contains <c>lead</c> or <c>admin</c>, as a string or a list of one. A longer list gives no role.</summary>
    public string RoleClaim { get; set; } = "entourage_role";

    /// <summary>The claim that contains the id of a lead's team.</summary>
    public string TeamClaim { get; set; } = "entourage_team";

    /// <summary>The claim that contains the person's name, up to 200 characters. It is shown with the token's <c>sub</c>.</summary>
    public string NameClaim { get; set; } = "name";

    /// <summary>Whether the authority must be contacted over HTTPS. Without it, anyone in between can forge sign-ins.</summary>
    public bool RequireHttps { get; set; } = true;
}
