using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Tests.Ledger;

internal sealed record StoredOrganisation(Guid Id)
{
    public OrganisationLimits Limits { get; init; } = new();

    public Pause? Pause { get; init; }

    /// <summary>A new price changes it, so that cached price lists become invalid.</summary>
    public long Version { get; init; }
}

internal sealed record StoredTeam(Guid Id, Guid OrganisationId)
{
    public string Timezone { get; init; } = "UTC";

    public TeamLimits Limits { get; init; } = new();

    public DayGrant? Grant { get; init; }

    public DetectorRules Rules { get; init; } = DetectorRules.Default;

    public Pause? Pause { get; init; }
}

internal sealed record StoredAgent(Guid Id, Guid TeamId)
{
    public Money? DailyLimit { get; init; }

    public string? Model { get; init; }

    public Pause? Pause { get; init; }
}

internal sealed record StoredTask(TaskCap Cap, Guid TeamId)
{
    public bool IsDone { get; init; }

    public IReadOnlyList<long> DependsOn { get; init; } = [];
}

internal sealed record StoredSession(long Id, Guid AgentId)
{
    /// <summary>The session and then its ancestors.</summary>
    public required IReadOnlyList<long> Path { get; init; }

    public TaskCap? Task { get; init; }

    public string? Model { get; init; }

    public LabelSet Labels { get; init; } = LabelSet.None;

    public SessionState State { get; init; } = new(SessionStatus.Active, null, null);

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? LastCallAt { get; init; }

    public TokenCounts Tokens { get; init; }

    public MoneyTotal Cost { get; init; }

    public MoneyTotal ImputedCost { get; init; }

    public CallCounts Calls { get; init; }

    public string DetectorState { get; init; } = "";
}

internal sealed record StoredUsage(long Sequence, LedgerRecord Record);
