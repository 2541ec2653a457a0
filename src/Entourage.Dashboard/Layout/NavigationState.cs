using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;

namespace Entourage.Dashboard.Layout;

/// <summary>Where in the dashboard a visitor is, and whether what it shows there is current. One for each open page.</summary>
/// <param name="visitor">Who it is: a lead sees no way to where only admins may go.</param>
public sealed class NavigationState(Visitor visitor)
{
    /// <summary>Raised when any of it has changed.</summary>
    public event Action? Changed;

    /// <summary>The way here, from the organisation down: names with their addresses.</summary>
    public IReadOnlyList<NavigationLink> Trail { get; private set; } = [];

    /// <summary>The pages beside this one: of the same organisation or team.</summary>
    public IReadOnlyList<NavigationLink> Pages { get; private set; } = [];

    /// <summary>How the figures shown are kept up; null on a page that shows none.</summary>
    public LiveState? State { get; private set; }

    /// <summary>When they last changed (UTC).</summary>
    public DateTimeOffset? ChangedAt { get; private set; }

    /// <summary>The time zone of the times shown.</summary>
    public string Timezone { get; private set; } = "UTC";

    /// <summary>Says where the visitor is.</summary>
    /// <param name="trail">The way here.</param>
    public void Go(params IReadOnlyList<NavigationLink> trail)
    {
        IReadOnlyList<NavigationLink> way = visitor.TeamId is null ? trail : [.. trail.Where(link => !link.IsForAdmins)];
        if (!Trail.SequenceEqual(way))
        {
            Trail = way;
            Pages = visitor.TeamId is { } own ? NavigationLink.PagesOfLead(own) : trail.LastOrDefault(link => link.Pages is not null)?.Pages ?? [];
            Changed?.Invoke();
        }
    }

    /// <summary>Says how the figures are kept up.</summary>
    public void Show(LiveState? state, DateTimeOffset? changedAt, string timezone = "UTC")
    {
        if ((State, ChangedAt, Timezone) != (state, changedAt, timezone))
        {
            (State, ChangedAt, Timezone) = (state, changedAt, timezone);
            Changed?.Invoke();
        }
    }

    /// <summary>Leaves a page with figures for one without.</summary>
    public void ShowNothing() => Show(null, null);
}

/// <summary>A name with its address.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Address">Where it is, from the root.</param>
public sealed record NavigationLink(string Name, string Address)
{
    /// <summary>The pages that it has, itself first; null for one that has no further ones.</summary>
    public IReadOnlyList<NavigationLink>? Pages { get; init; }

    /// <summary>Whether only admins may go there.</summary>
    public bool IsForAdmins { get; private init; }

    /// <summary>An organisation, with its pages.</summary>
    public static NavigationLink Organisation(Guid id, string name) => new(name, $"/orgs/{id}")
    {
        IsForAdmins = true,
        Pages =
        [
            new("Overview", $"/orgs/{id}"),
            new("Costs", $"/orgs/{id}/costs"),
            new("Settings", $"/orgs/{id}/settings"),
            new("Keys", "/keys"),
            new("Audit", $"/audit?org={id}"),
        ],
    };

    /// <summary>A team, with its pages.</summary>
    public static NavigationLink Team(Guid id, string name) => new(name, $"/teams/{id}")
    {
        Pages = [.. OwnPagesOf(id), new("Audit", $"/audit?team={id}")],
    };

    /// <summary>The keys of all organisations.</summary>
    public static NavigationLink Keys => new("Keys", "/keys") { Pages = OfAll };

    /// <summary>What was changed in all organisations.</summary>
    public static NavigationLink Audit => new("Audit", "/audit") { Pages = OfAll };

    /// <summary>All pages that the lead of a team has.</summary>
    public static IReadOnlyList<NavigationLink> PagesOfLead(Guid id) => [.. OwnPagesOf(id), new("Keys", "/keys"), new("Audit", "/audit")];

    private static IReadOnlyList<NavigationLink> OwnPagesOf(Guid id) =>
    [
        new("Overview", $"/teams/{id}"),
        new("Alerts", $"/teams/{id}/alerts"),
        new("Costs", $"/teams/{id}/costs"),
        new("Settings", $"/teams/{id}/settings"),
    ];

    private static IReadOnlyList<NavigationLink> OfAll => [new("Organisations", "/"), new("Keys", "/keys"), new("Audit", "/audit")];

    /// <summary>A session.</summary>
    public static NavigationLink Session(long id) => new($"Session {id}", $"/sessions/{id}");

    /// <inheritdoc/>
    public bool Equals(NavigationLink? other) => other is not null && (Name, Address) == (other.Name, other.Address);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Address);
}
