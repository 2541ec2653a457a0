using Entourage.Domain.Access;

namespace Entourage.Api.Auth;

/// <summary>The configuration section <c>Auth:OpenIdConnect</c>: the identity provider at which people sign in to the dashboard.</summary>
internal sealed class IdentityProviderOptions
{
    public const string Section = AuthOptions.Section + ":" + nameof(AuthOptions.OpenIdConnect);

    // A secret of printable characters with fewer could be guessed from a cookie that it protects.
    private const int MinSecretLength = 16;

    private const int MaxSessionMinutes = 10_080;

    /// <summary>The issuer's address; null or empty to offer only keys.</summary>
    public string? Authority { get; set; }

    /// <summary>The id of this server's registration at the provider.</summary>
    public string? ClientId { get; set; }

    /// <summary>The secret of this server's registration. It also protects the cookies of signed-in people.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>The name on the sign-in button.</summary>
    public string DisplayName { get; set; } = "your organisation";

    /// <summary>The scopes to request, separated by spaces.</summary>
    public string Scopes { get; set; } = "openid profile";

    /// <summary>The claim with the person's groups: a string or a list of strings.</summary>
    public string GroupsClaim { get; set; } = "groups";

    /// <summary>The claim with the person's name.</summary>
    public string NameClaim { get; set; } = "name";

    /// <summary>How long a person stays signed in, in minutes: 5 to 10,080.</summary>
    public int SessionMinutes { get; set; } = 480;

    /// <summary>Whether signing out here also signs out at the provider.</summary>
    public bool SignOutAtProvider { get; set; } = true;

    /// <summary>The groups that give a role.</summary>
    public IList<GroupMapping> Groups { get; set; } = [];

    /// <summary>Whether there is a provider.</summary>
    public bool IsSet => !string.IsNullOrEmpty(Authority);

    /// <summary>Returns the mapping that applies to a person: an admin's before a lead's, then the first; null if none applies.</summary>
    /// <param name="groups">The person's groups.</param>
    public GroupMapping? Find(IReadOnlyCollection<string> groups)
    {
        var matching = Groups.Where(mapping => groups.Contains(mapping.Name, StringComparer.Ordinal)).ToArray();
        return Array.Find(matching, mapping => mapping.Role == CallerRole.Admin) ?? matching.FirstOrDefault();
    }

    /// <summary>Returns what is missing or wrong, in a sentence for each setting.</summary>
    public IEnumerable<string> FindFaults() => IsSet ? [.. FindSettingFaults(), .. Groups.SelectMany(FindMappingFaults)]
        : string.IsNullOrEmpty(ClientId) && string.IsNullOrEmpty(ClientSecret) && Groups.Count == 0 ? []
        : [$"{Section} has settings, but {Section}:Authority is missing. Set it to the address of your identity provider."];

    private IEnumerable<string> FindSettingFaults()
    {
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var address) || address is not { Scheme: "http" or "https", Query: "", Fragment: "" })
        {
            yield return $"{Section}:Authority must be an address such as https://id.example.com.";
        }
        else if (address is { Scheme: "http", IsLoopback: false })
        {
            yield return $"{Section}:Authority must begin with https://, because anyone between the two servers could forge a sign-in otherwise.";
        }

        if (string.IsNullOrWhiteSpace(ClientId))
        {
            yield return $"{Section}:ClientId is missing.";
        }

        if (ClientSecret is not { Length: >= MinSecretLength })
        {
            yield return $"{Section}:ClientSecret {(string.IsNullOrEmpty(ClientSecret) ? "is missing" : "is too short")}. It must have at least {MinSecretLength} characters.";
        }

        if (string.IsNullOrWhiteSpace(DisplayName) || string.IsNullOrWhiteSpace(GroupsClaim) || string.IsNullOrWhiteSpace(NameClaim))
        {
            yield return $"{Section}:DisplayName, GroupsClaim and NameClaim must not be empty.";
        }

        if (!Scopes.Split(' ').Contains("openid", StringComparer.Ordinal))
        {
            yield return $"{Section}:Scopes must contain openid.";
        }

        if (SessionMinutes is < 5 or > MaxSessionMinutes)
        {
            yield return $"{Section}:SessionMinutes must be between 5 and {MaxSessionMinutes}.";
        }

        if (Groups.Count == 0)
        {
            yield return $"{Section}:Groups is empty, so nobody could sign in. Set {Section}:Groups:0:Name and {Section}:Groups:0:Role.";
        }
    }

    private static IEnumerable<string> FindMappingFaults(GroupMapping mapping, int index)
    {
        var setting = $"{Section}:Groups:{index}";
        if (string.IsNullOrWhiteSpace(mapping.Name))
        {
            yield return $"{setting}:Name is missing.";
        }

        if (mapping.Role is not (CallerRole.Admin or CallerRole.Lead))
        {
            yield return $"{setting}:Role must be admin or lead.";
        }
        else if (mapping.Role == CallerRole.Lead != mapping.TeamId.HasValue)
        {
            yield return $"{setting}:TeamId {(mapping.TeamId.HasValue ? "must not be set for an admin, who has no team" : "is missing. A lead needs the id of a team")}.";
        }
    }
}

/// <summary>Gives the members of a group a role.</summary>
internal sealed class GroupMapping
{
    /// <summary>The group, as the provider states it in the claim: often a name, at some providers an id.</summary>
    public string Name { get; set; } = "";

    /// <summary>The role: lead or admin.</summary>
    public CallerRole? Role { get; set; }

    /// <summary>The team of a lead; null for an admin.</summary>
    public Guid? TeamId { get; set; }
}
