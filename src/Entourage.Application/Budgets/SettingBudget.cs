using System.Globalization;
using Entourage.Application.Access;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>A cap in the settings of organisations, teams, agents and tasks, which the API also shows as a budget.</summary>
/// <param name="Owner">The kind of resource whose setting it is.</param>
/// <param name="Ending">The end of the budget's id, after the kind and id of the owner.</param>
/// <param name="Setting">The name of the setting.</param>
/// <param name="Scope">What the cap counts.</param>
/// <param name="Period">The period of the cap.</param>
internal sealed record SettingBudget(ResourceKind Owner, string Ending, string Setting, BudgetScope Scope, BudgetPeriod Period)
{
    /// <summary>The daily cap of an organisation.</summary>
    public static readonly SettingBudget OrganisationDay = new(ResourceKind.Organisation, "-day", "daily_cost_limit_usd", BudgetScope.Organisation, BudgetPeriod.Day);

    /// <summary>The monthly cap of an organisation.</summary>
    public static readonly SettingBudget OrganisationMonth = new(ResourceKind.Organisation, "-month", "monthly_cost_limit_usd", BudgetScope.Organisation, BudgetPeriod.Month);

    /// <summary>The daily cap of a team.</summary>
    public static readonly SettingBudget TeamDay = new(ResourceKind.Team, "-day", "daily_cost_limit_usd", BudgetScope.Team, BudgetPeriod.Day);

    /// <summary>The weekly cap of a team.</summary>
    public static readonly SettingBudget TeamWeek = new(ResourceKind.Team, "-week", "weekly_cost_limit_usd", BudgetScope.Team, BudgetPeriod.Week);

    /// <summary>The monthly cap of a team.</summary>
    public static readonly SettingBudget TeamMonth = new(ResourceKind.Team, "-month", "monthly_cost_limit_usd", BudgetScope.Team, BudgetPeriod.Month);

    /// <summary>The cap of each agent of a team per day.</summary>
    public static readonly SettingBudget EachAgentDay = new(ResourceKind.Team, "-each-agent-day", "agent_daily_cost_limit_usd", BudgetScope.Agent, BudgetPeriod.Day);

    /// <summary>The cap of each task of a team.</summary>
    public static readonly SettingBudget EachTask = new(ResourceKind.Team, "-each-task", "task_cost_limit_usd", BudgetScope.Task, BudgetPeriod.Total);

    /// <summary>The cap of each session of a team.</summary>
    public static readonly SettingBudget EachSession = new(ResourceKind.Team, "-each-session", "session_cost_limit_usd", BudgetScope.Session, BudgetPeriod.Total);

    /// <summary>The daily cap of an agent.</summary>
    public static readonly SettingBudget AgentDay = new(ResourceKind.Agent, "-day", "daily_cost_limit_usd", BudgetScope.Agent, BudgetPeriod.Day);

    /// <summary>The cap of a task.</summary>
    public static readonly SettingBudget TaskTotal = new(ResourceKind.Task, "", "budget_usd", BudgetScope.Task, BudgetPeriod.Total);

    /// <summary>All caps, from the widest scope to the narrowest.</summary>
    public static readonly IReadOnlyList<SettingBudget> All =
        [OrganisationDay, OrganisationMonth, TeamDay, TeamWeek, TeamMonth, EachAgentDay, EachTask, EachSession, AgentDay, TaskTotal];

    /// <summary>Whether each item of the scope has the cap for itself.</summary>
    public bool IsForEach => Owner == ResourceKind.Team && Scope != BudgetScope.Team;

    /// <summary>The address of the settings, without the id of the owner.</summary>
    public string Path => Owner switch
    {
        ResourceKind.Organisation => "/settings/orgs/",
        ResourceKind.Team => "/settings/teams/",
        ResourceKind.Agent => "/settings/agents/",
        _ => "/tasks/",
    };

    /// <summary>The beginning of the ids of its budgets.</summary>
    public string Beginning => Owner switch
    {
        ResourceKind.Organisation => "org-",
        ResourceKind.Team => "team-",
        ResourceKind.Agent => "agent-",
        _ => "task-",
    };

    /// <summary>The id of the budget of an owner.</summary>
    /// <param name="owner">The id of the owner, as text.</param>
    public string IdOf(string owner) => Beginning + owner + Ending;
}

/// <summary>The id of a budget in the API: the number of a rule, such as <c>17</c>, or the name of a cap in the settings, such as <c>task-594</c>.</summary>
/// <param name="RuleId">The number of the rule; 0 for a cap in the settings.</param>
/// <param name="Setting">The cap in the settings; null for a rule.</param>
/// <param name="Owner">The resource whose budget it is, or the budget itself for a rule.</param>
internal readonly record struct BudgetId(long RuleId, SettingBudget? Setting, Resource Owner)
{
    /// <summary>The longest id: that of the cap of each agent of a team.</summary>
    public const int Length = 60;

    /// <summary>Returns the id that a text spells in its one way; null if it spells none.</summary>
    public static BudgetId? Parse(string? text)
    {
        if (text is null or { Length: > Length })
        {
            return null;
        }

        if (NumberOf(text) is { } number)
        {
            return new(number, null, Resource.Budget(number));
        }

        foreach (var setting in SettingBudget.All)
        {
            if (text.StartsWith(setting.Beginning, StringComparison.Ordinal) && text.EndsWith(setting.Ending, StringComparison.Ordinal)
                && text.Length > setting.Beginning.Length + setting.Ending.Length
                && OwnerOf(setting, text[setting.Beginning.Length..^setting.Ending.Length]) is { } owner
                && setting.IdOf(Text(owner)) == text)
            {
                return new(0, setting, owner);
            }
        }

        return null;
    }

    /// <summary>The permission that reading and changing the budget requires.</summary>
    /// <param name="text">The id in the request. Without a valid one the budget is not found.</param>
    public static Permission RequiredPermission(string? text) => Parse(text) switch
    {
        null => Permission.Lead(),
        { Owner.Kind: ResourceKind.Organisation } => Permission.Admin(),
        { Owner: var owner } => Permission.Lead(owner),
    };

    private static Resource? OwnerOf(SettingBudget setting, string text) => setting.Owner == ResourceKind.Task
        ? NumberOf(text) is { } number ? Resource.Task(number) : null
        : Guid.TryParseExact(text, "D", out var id) ? new Resource(setting.Owner, id, 0) : null;

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && BudgetWindow.IdOf(number) == text ? number : null;

    private static string Text(Resource owner) => owner.Kind == ResourceKind.Task ? BudgetWindow.IdOf(owner.Number) : BudgetWindow.IdOf(owner.Id);
}
