using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Domain.Organisations;

/// <summary>A tenant, which owns teams and their agents. Its budget windows are in UTC.</summary>
public sealed class Organisation
{
    /// <summary>The longest name of an organisation, team or agent, in UTF-16 code units.</summary>
    public const int NameLength = 200;

    /// <summary>The longest slug, in characters.</summary>
    public const int SlugLength = 100;

    /// <summary>The regular expression of a slug: lower-case ASCII letters, digits and hyphens.</summary>
    public const string SlugPattern = "^[a-z0-9-]{1,100}$";

    private Organisation()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in URLs; unique among organisations that are not archived.</summary>
    public string Slug { get; private init; } = "";

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The caps for all its teams together.</summary>
    public OrganisationLimits Limits { get; private set; } = new();

    /// <summary>The latest pause, which may have expired; null if there was none. Only the ledger writes it.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>When it was archived (UTC); null if it is not archived itself. Only the ledger writes it.</summary>
    public DateTimeOffset? ArchivedAt { get; private init; }

    /// <summary>Its archive mark, or else its pause, which may have expired; null for neither.</summary>
    public Pause? Stop => Pause.WithArchive(Pause, ArchivedAt);

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Creates an organisation without limits.</summary>
    public static Organisation Create(string name, string slug, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), Name = name, Slug = slug, CreatedAt = now };

    /// <summary>Changes the display name.</summary>
    public void Rename(string name) => Name = name;

    /// <summary>Replaces the limits. They apply from the next call on.</summary>
    public void SetLimits(OrganisationLimits limits)
    {
        Limits = limits;
        Version++;
    }
}
