using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>A rollup with the agent and the task of its session, and the value of the label that was asked for, if it has one.</summary>
internal sealed record SessionRollup(UsageRollup Rollup, Guid AgentId, long? TaskId, string? LabelValue = null)
{
    /// <summary>Returns the item of a heading, as summaries store it.</summary>
    public string ItemOf(CostHeading heading) => heading switch
    {
        CostHeading.Team => Rollup.TeamId.ToString(),
        CostHeading.Agent => AgentId.ToString(),
        CostHeading.Task => TaskId is { } task ? BudgetWindow.IdOf(task) : "",
        CostHeading.Model => Rollup.Model,
        CostHeading.Label => LabelValue ?? "",
        _ => "",
    };
}
