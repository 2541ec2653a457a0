using System.ComponentModel.DataAnnotations;
using Entourage.Domain.Keys;

namespace Entourage.Api.Auth;

/// <summary>Whether requests need a key.</summary>
public enum AuthMode
{
    /// <summary>Where only this machine can reach the server they do not; anywhere else they do.</summary>
    Auto,

    /// <summary>They do not: refused where others than this machine can reach the server.</summary>
    Open,

    /// <summary>They do.</summary>
    Keys,
}

/// <summary>Who is let in: the configuration section <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Auth";

    /// <summary>Whether requests need a key.</summary>
    public AuthMode Mode { get; set; } = AuthMode.Auto;

    /// <summary>The first admin key, where there is none yet; one is made when this is absent.</summary>
    [StringLength(KeyText.MaxLength, MinimumLength = KeyText.MinLength, ErrorMessage = "Auth:BootstrapKey must have {2} to {1} characters.")]
    [RegularExpression("[!-~]+", ErrorMessage = "Auth:BootstrapKey must be of printable ASCII characters, without blanks.")]
    public string? BootstrapKey
    {
        get;

        // An empty variable of the environment is one that nobody has set.
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>Tokens of people.</summary>
    public JwtOptions Jwt { get; set; } = new();
}

/// <summary>Tokens that an OpenID Connect authority gives to people: the configuration section <c>Auth:Jwt</c>.</summary>
public sealed class JwtOptions
{
    /// <summary>The authority, by its address; null takes no tokens.</summary>
    public string? Authority { get; set; }

    /// <summary>The audience that a token must be for; required with an authority.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that says <c>lead</c> or <c>admin</c>, as a text; a list says neither.</summary>
    public string RoleClaim { get; set; } = "entourage_role";

    /// <summary>The claim that has the id of a lead's team, as a text.</summary>
    public string TeamClaim { get; set; } = "entourage_team";

    /// <summary>The claim that has the person's name, of up to 200 characters. The token's <c>sub</c> is shown behind it.</summary>
    public string NameClaim { get; set; } = "name";

    /// <summary>Whether the authority must be asked by HTTPS. Without it, whoever is in between can let anybody in.</summary>
    public bool RequireHttps { get; set; } = true;
}
