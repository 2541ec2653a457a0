using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Domain.Organisations;

/// <summary>The tenant: the top of the tree of teams and agents. Its budget days are UTC days.</summary>
public sealed class Organisation
{
    /// <summary>The longest name of an organisation, team or agent, in UTF-16 code units.</summary>
    public const int NameLength = 200;

    /// <summary>The longest slug.</summary>
    public const int SlugLength = 100;

    /// <summary>What a slug looks like: lower-case ASCII letters, digits and hyphens.</summary>
    public const string SlugPattern = "^[a-z0-9-]{1,100}$";

    private Organisation()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The display name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The name in addresses; unique among organisations.</summary>
    public string Slug { get; private init; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>What all its teams together may spend.</summary>
    public OrganisationLimits Limits { get; private set; } = new();

    /// <summary>What stops its teams' work, if anything does or did: it may have run out. Written by the ledger alone.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Makes an organisation without limits.</summary>
    public static Organisation Create(string name, string slug, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), Name = name, Slug = slug, CreatedAt = now };

    /// <summary>Replaces the limits; they hold from the next call on.</summary>
    public void SetLimits(OrganisationLimits limits)
    {
        Limits = limits;
        Version++;
    }
}
