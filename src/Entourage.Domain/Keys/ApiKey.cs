using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Access;
using Entourage.Domain.Agents;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Keys;

/// <summary>A key that somebody shows to be let in. Only a salted hash of its text is kept.</summary>
public sealed class ApiKey
{
    /// <summary>The length of a salt, in bytes.</summary>
    public const int SaltLength = 16;

    private ApiKey()
    {
    }

    /// <summary>The order in which keys were issued; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>What it is called.</summary>
    public string Name { get; private init; } = "";

    /// <summary>What its holder may do.</summary>
    public CallerRole Role { get; private init; }

    /// <summary>The organisation that its holder belongs to; null for an admin.</summary>
    public Guid? OrganisationId { get; private init; }

    /// <summary>The team that its holder belongs to; null for an admin.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>The agent that its holder acts for; null for others than agents.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The part of its text that is no secret; unique.</summary>
    public string Prefix { get; private init; } = "";

    /// <summary>Random bytes that were hashed with its text.</summary>
    public byte[] Salt { get; private init; } = [];

    /// <summary>SHA-256 of the salt and the text: the text is random and long, so a slow hash would protect nothing more.</summary>
    public byte[] Hash { get; private init; } = [];

    /// <summary>When it was issued (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Who issued it.</summary>
    public string CreatedBy { get; private init; } = "";

    /// <summary>From when on it lets nobody in (UTC); null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>Since when it lets nobody in (UTC).</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>When it was last used (UTC), to a minute or two.</summary>
    public DateTimeOffset? LastUsedAt { get; private init; }

    /// <summary>Issues a key for all.</summary>
    /// <param name="label">What it is called, and by whom it is issued.</param>
    /// <param name="text">Its text.</param>
    /// <param name="now">The present (UTC).</param>
    public static ApiKey ForAdmin(KeyLabel label, string text, DateTimeOffset now) => Issue(label, text, now, CallerRole.Admin, null, null, null);

    /// <summary>Issues a key for a team.</summary>
    /// <inheritdoc cref="ForAdmin"/>
    public static ApiKey ForLead(KeyLabel label, Team team, string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(team);
        return Issue(label, text, now, CallerRole.Lead, team.OrganisationId, team.Id, null);
    }

    /// <summary>Issues a key for an agent of a team.</summary>
    /// <inheritdoc cref="ForAdmin"/>
    public static ApiKey ForAgent(KeyLabel label, Team team, Agent agent, string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(agent);
        return Issue(label, text, now, CallerRole.Agent, team.OrganisationId, team.Id, agent.Id);
    }

    /// <summary>Whether a text is the one that it was issued with. Takes the same time wherever the two differ.</summary>
    public bool Matches(string text) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(Salt, text));

    /// <summary>Lets nobody in with it any more.</summary>
    /// <returns>False when it was revoked already.</returns>
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
            throw new RuleViolationException("validation", "'expires_at' must be ahead.", nameof(ExpiresAt));
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

/// <summary>What is written on a key.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedBy">Who issued it.</param>
/// <param name="ExpiresAt">From when on it lets nobody in (UTC); null for never.</param>
public sealed record KeyLabel(string Name, string CreatedBy, DateTimeOffset? ExpiresAt);
