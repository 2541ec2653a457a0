using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Access;
using Entourage.Domain.Agents;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Keys;

/// <summary>An API key. Only a salted hash of its text is stored.</summary>
public sealed class ApiKey
{
    /// <summary>The length of the salt, in bytes.</summary>
    public const int SaltLength = 16;

    private ApiKey()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The display name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The role of the holder.</summary>
    public CallerRole Role { get; private init; }

    /// <summary>The holder's organisation; null for an admin.</summary>
    public Guid? OrganisationId { get; private init; }

    /// <summary>The holder's team; null for an admin.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>The agent that the holder acts for; null unless the role is <see cref="CallerRole.Agent"/>.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The public part of the text, by which the key is looked up; unique.</summary>
    public string Prefix { get; private init; } = "";

    /// <summary>Random bytes that are hashed with the text.</summary>
    public byte[] Salt { get; private init; } = [];

    /// <summary>SHA-256 of the salt and the text. The text is long and random, so a slow hash would add no protection.</summary>
    public byte[] Hash { get; private init; } = [];

    /// <summary>When it was issued (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The name of the issuer.</summary>
    public string CreatedBy { get; private init; } = "";

    /// <summary>When the key expires (UTC); null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>When the key was revoked (UTC); null if it was not.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>When the key was last used (UTC), accurate to a minute or two.</summary>
    public DateTimeOffset? LastUsedAt { get; private init; }

    /// <summary>Issues a key of an admin.</summary>
    /// <param name="label">The name, issuer and expiry.</param>
    /// <param name="text">The text of the key.</param>
    /// <param name="now">The current time (UTC).</param>
    public static ApiKey ForAdmin(KeyLabel label, string text, DateTimeOffset now) => Issue(label, text, now, CallerRole.Admin, null, null, null);

    /// <summary>Issues a key of a team's lead.</summary>
    /// <inheritdoc cref="ForAdmin"/>
    public static ApiKey ForLead(KeyLabel label, Team team, string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(team);
        return Issue(label, text, now, CallerRole.Lead, team.OrganisationId, team.Id, null);
    }

    /// <summary>Issues a key of an agent of a team.</summary>
    /// <inheritdoc cref="ForAdmin"/>
    public static ApiKey ForAgent(KeyLabel label, Team team, Agent agent, string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(agent);
        return Issue(label, text, now, CallerRole.Agent, team.OrganisationId, team.Id, agent.Id);
    }

    /// <summary>Whether a text is the text of the key. Takes constant time.</summary>
    public bool Matches(string text) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(Salt, text));

    /// <summary>Revokes the key.</summary>
    /// <returns>False if it was already revoked.</returns>
    public bool Revoke(DateTimeOffset now)
    {
        if (RevokedAt is not null)
        {
            return false;
        }

        RevokedAt = now;
        return true;
    }

    private static ApiKey Issue(KeyLabel label, string text, DateTimeOffset now, CallerRole role, Guid? organisationId, Guid? teamId, Guid? agentId)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (label.ExpiresAt <= now)
        {
            throw new RuleViolationException("validation", "The expiry must be in the future.", nameof(ExpiresAt));
        }

        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Name = label.Name,
            Role = role,
            OrganisationId = organisationId,
            TeamId = teamId,
            AgentId = agentId,
            Prefix = KeyText.PrefixOf(text),
            Salt = salt,
            Hash = HashOf(salt, text),
            CreatedAt = now,
            CreatedBy = label.CreatedBy,
            ExpiresAt = label.ExpiresAt,
        };
    }

    private static byte[] HashOf(byte[] salt, string text) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(text)]);
}

/// <summary>The descriptive parts of a new key.</summary>
/// <param name="Name">The display name.</param>
/// <param name="CreatedBy">The name of the issuer.</param>
/// <param name="ExpiresAt">When the key expires (UTC); null for never.</param>
public sealed record KeyLabel(string Name, string CreatedBy, DateTimeOffset? ExpiresAt);
