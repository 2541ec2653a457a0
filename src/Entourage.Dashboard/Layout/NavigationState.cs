using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;

namespace Entourage.Dashboard.Layout;

/// <summary>Where the visitor is in the dashboard and how current its figures are. There is one instance per open page.</summary>
internal sealed class NavigationState(Visitor visitor)
{
    public event Action? Changed;

    /// <summary>The breadcrumb, from the organisation down.</summary>
    public IReadOnlyList<NavigationLink> Trail { get; private set; } = [];

    /// <summary>The pages of the same organisation or team.</summary>
    public IReadOnlyList<NavigationLink> Pages { get; private set; } = [];

    /// <summary>How current the figures are; null on a page without live figures.</summary>
    public LiveState? State { get; private set; }

    /// <summary>When the figures were last read (UTC).</summary>
    public DateTimeOffset? ChangedAt { get; private set; }

    public string Timezone { get; private set; } = "UTC";

    /// <summary>Sets the breadcrumb, without the links that a lead cannot open.</summary>
    public void SetTrail(params IReadOnlyList<NavigationLink> trail)
    {
        IReadOnlyList<NavigationLink> allowed = visitor.TeamId is null ? trail : [.. trail.Where(link => !link.IsForAdmins)];
        if (!Trail.SequenceEqual(allowed))
        {
            Trail = allowed;
            Pages = visitor.TeamId is { } own ? NavigationLink.PagesOfLead(own) : trail.LastOrDefault(link => link.Pages is not null)?.Pages ?? [];
            Changed?.Invoke();
        }
    }

    public void SetLiveState(LiveState? state, DateTimeOffset? changedAt, string timezone = "UTC")
    {
        if ((State, ChangedAt, Timezone) != (state, changedAt, timezone))
        {
            (State, ChangedAt, Timezone) = (state, changedAt, timezone);
            Changed?.Invoke();
        }
    }

    /// <summary>Hides the live badge, for a page without live figures.</summary>
    public void ClearLiveState() => SetLiveState(null, null);
}

/// <summary>A link of the breadcrumb or the page navigation.</summary>
/// <param name="Name">The text of the link.</param>
/// <param name="Address">The address, from the root.</param>
internal sealed record NavigationLink(string Name, string Address)
{
    /// <summary>The pages of the linked organisation or team, its overview first; null for a link without pages.</summary>
    public IReadOnlyList<NavigationLink>? Pages { get; init; }

    /// <summary>Whether only admins can open the link.</summary>
    public bool IsForAdmins { get; private init; }

    public static NavigationLink Organisation(Guid id, string name) => new(name, $"/orgs/{id}")
    {
        IsForAdmins = true,
        Pages =
        [
            new("Overview", $"/orgs/{id}"),
            new("Morning", $"/orgs/{id}/morning"),
            new("Alerts", $"/orgs/{id}/alerts"),
            new("Budgets", $"/orgs/{id}/budgets"),
            new("Sessions", $"/orgs/{id}/sessions"),
            new("Costs", $"/orgs/{id}/costs"),
            new("Settings", $"/orgs/{id}/settings"),
            new("Prices", "/prices"),
            new("Keys", "/keys"),
            new("Audit", $"/audit?org={id}"),
        ],
    };

    public static NavigationLink Team(Guid id, string name) => new(name, $"/teams/{id}")
    {
        Pages = [.. TeamPagesOf(id), new("Audit", $"/audit?team={id}")],
    };

    public static NavigationLink Keys => new("Keys", "/keys") { Pages = GlobalPages };

    public static NavigationLink Prices => new("Prices", "/prices") { Pages = GlobalPages };

    public static NavigationLink Audit => new("Audit", "/audit") { Pages = GlobalPages };

    public static IReadOnlyList<NavigationLink> PagesOfLead(Guid id) => [.. TeamPagesOf(id), new("Keys", "/keys"), new("Audit", "/audit")];

    private static IReadOnlyList<NavigationLink> TeamPagesOf(Guid id) =>
    [
        new("Overview", $"/teams/{id}"),
        new("Morning", $"/teams/{id}/morning"),
        new("Alerts", $"/teams/{id}/alerts"),
        new("Budgets", $"/teams/{id}/budgets"),
        new("Sessions", $"/teams/{id}/sessions"),
        new("Costs", $"/teams/{id}/costs"),
        new("Settings", $"/teams/{id}/settings"),
        new("Connect", $"/teams/{id}/connect"),
    ];

    private static IReadOnlyList<NavigationLink> GlobalPages => [new("Organisations", "/"), new("Prices", "/prices"), new("Keys", "/keys"), new("Audit", "/audit")];

    public static NavigationLink Agent(Guid id, string name) => new(name, PageAddress.Agent(id));

    public static NavigationLink Task(long id, string title) => new(title, PageAddress.Task(id));

    public static NavigationLink Session(long id) => new($"Session {id}", $"/sessions/{id}");

    public bool Equals(NavigationLink? other) => other is not null && (Name, Address) == (other.Name, other.Address);

    public override int GetHashCode() => HashCode.Combine(Name, Address);
}
