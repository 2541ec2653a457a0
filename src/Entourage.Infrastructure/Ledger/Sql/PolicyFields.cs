using System.Text.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The limits of an organisation, a team and an agent, which a query joins as o, t and a.</summary>
internal sealed class PolicyFields(SelectList list)
{
    private readonly Field<Guid> organisationId = list.Add("o", Column.Id("Id"));
    private readonly Field<Money?> organisationDailyLimit = list.Add("o", Column.OptionalAmount("DailyLimit"));
    private readonly Field<Money?> organisationMonthlyLimit = list.Add("o", Column.OptionalAmount("MonthlyLimit"));
    private readonly Field<Guid> teamId = list.Add("t", Column.Id("Id"));
    private readonly Field<string> timezone = list.Add("t", Column.Text("Timezone", Column.Unlimited));
    private readonly Field<Money?> teamDailyLimit = list.Add("t", Column.OptionalAmount("DailyLimit"));
    private readonly Field<Money?> teamWeeklyLimit = list.Add("t", Column.OptionalAmount("WeeklyLimit"));
    private readonly Field<Money?> teamMonthlyLimit = list.Add("t", Column.OptionalAmount("MonthlyLimit"));
    private readonly Field<Money?> taskLimit = list.Add("t", Column.OptionalAmount("TaskLimit"));
    private readonly Field<Money?> sessionLimit = list.Add("t", Column.OptionalAmount("SessionLimit"));
    private readonly Field<Money?> agentDailyDefault = list.Add("t", Column.OptionalAmount("AgentDailyLimit"));
    private readonly Field<bool> applyGuidelineBudgets = list.Add("t", Column.Flag("ApplyGuidelineBudgets"));
    private readonly Field<Enforcement> enforcement = list.Add("t", Column.EnumName<Enforcement>("Enforcement"));
    private readonly Field<byte> onExceed = list.Add("t", Column.Byte("OnExceed"));
    private readonly Field<int?> abandonedAfterMinutes = list.Add("t", Column.OptionalInt32("AbandonedAfterMinutes"));
    private readonly Field<UnpricedModelRule> unpricedModels = list.Add("t", Column.EnumName<UnpricedModelRule>("UnpricedModels"));
    private readonly Field<string> modelFallbacks = list.Add("t", Column.AsciiText("ModelFallbacks", ModelFallbacks.TextLength));
    private readonly Field<DateOnly?> grantDay = list.Add("t", Column.OptionalDay("GrantDay"));
    private readonly Field<Money?> grantAmount = list.Add("t", Column.OptionalAmount("GrantAmount"));
    private readonly Field<Guid> agentId = list.Add("a", Column.Id("Id"));
    private readonly Field<Money?> agentDailyLimit = list.Add("a", Column.OptionalAmount("DailyLimit"));

    public BudgetPolicy Read(SqlRow row) => new()
    {
        OrganisationId = organisationId.Of(row),
        OrganisationLimits = new() { Daily = organisationDailyLimit.Of(row), Monthly = organisationMonthlyLimit.Of(row) },
        TeamId = teamId.Of(row),
        Timezone = timezone.Of(row),
        TeamLimits = new()
        {
            Daily = teamDailyLimit.Of(row),
            Weekly = teamWeeklyLimit.Of(row),
            Monthly = teamMonthlyLimit.Of(row),
            Task = taskLimit.Of(row),
            Session = sessionLimit.Of(row),
            AgentDaily = agentDailyDefault.Of(row),
            ApplyGuidelineBudgets = applyGuidelineBudgets.Of(row),
            Enforcement = enforcement.Of(row),
            OnExceed = (OnExceed)onExceed.Of(row),
            AbandonedAfterMinutes = abandonedAfterMinutes.Of(row),
            UnpricedModels = unpricedModels.Of(row),
            ModelFallbacks = ModelFallbacks.Parse(modelFallbacks.Of(row)),
        },
        TeamGrant = grantDay.Of(row) is { } day ? new(day, grantAmount.Of(row)!.Value) : null,
        AgentId = agentId.Of(row),
        AgentDailyLimit = agentDailyLimit.Of(row),
    };
}

/// <summary>The cap of a task, which a query may join as k.</summary>
internal sealed class TaskFields(SelectList list)
{
    private readonly Field<long?> id = list.Add("k", Column.OptionalInt64("Id"));
    private readonly Field<Money?> ownLimit = list.Add("k", Column.OptionalAmount("OwnLimit"));
    private readonly Field<TaskType?> type = list.Add("k", Column.OptionalEnumName<TaskType>("TaskType"));

    public TaskCap? Read(SqlRow row) => id.Of(row) is { } taskId ? new(taskId, ownLimit.Of(row), type.Of(row)!.Value) : null;
}

/// <summary>The detector rules of a team, which a query joins as t.</summary>
internal sealed class DetectorRuleFields(SelectList list)
{
    private readonly Field<string> thresholds = list.Add("t", Column.AsciiText("AlertThresholds", AlertThresholds.TextLength));
    private readonly Field<int> windowMinutes = list.Add("t", Column.Int32("RunawayWindowMinutes"));
    private readonly Field<long?> maxTokens = list.Add("t", Column.OptionalInt64("RunawayMaxTokens"));
    private readonly Field<int?> maxRepeatedErrors = list.Add("t", Column.OptionalInt32("RunawayMaxRepeatedErrors"));
    private readonly Field<RunawayAction> action = list.Add("t", Column.EnumName<RunawayAction>("RunawayAction"));

    public DetectorRules Read(SqlRow row) => new()
    {
        Thresholds = AlertThresholds.Parse(thresholds.Of(row)),
        WindowMinutes = windowMinutes.Of(row),
        MaxTokens = maxTokens.Of(row),
        MaxRepeatedErrors = maxRepeatedErrors.Of(row),
        Action = action.Of(row),
    };
}

/// <summary>Reads the path of a session: itself, then its parents up to the root.</summary>
internal static class SessionPath
{
    public static long[] Of(long sessionId, string ancestors) =>
        ancestors == "[]" ? [sessionId] : [sessionId, .. JsonSerializer.Deserialize<long[]>(ancestors)!];
}
