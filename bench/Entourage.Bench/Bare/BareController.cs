using Microsoft.AspNetCore.Mvc;

namespace Entourage.Bench.Bare;

/// <summary>The baseline: binds a usage and returns a constant session, without a store.</summary>
[ApiController]
[Route("api/v1/sessions")]
public sealed class BareController : ControllerBase
{
    private static readonly DateTimeOffset StartedAt = new DateTimeOffset(2026, 1, 15, 10, 15, 0, TimeSpan.Zero).AddTicks(1_234_567);
    private static readonly DateTimeOffset Midnight = new(2026, 1, 16, 0, 0, 0, TimeSpan.Zero);
    private static readonly BareSession Answer = CreateAnswer();

    /// <summary>Returns the same answer as Entourage after a first usage under one cap, about 1.1 kB.</summary>
    [HttpPost("{id:long}/usage")]
    public IActionResult RecordUsage(long id, BareUsage body) => Ok(Answer);

    private static BareSession CreateAnswer()
    {
        var (agent, team, usage) = (Guid.CreateVersion7(StartedAt), Guid.CreateVersion7(StartedAt), Guid.CreateVersion7(StartedAt));
        var cap = new BareCap("team", team, "day", "hard", 1_000_000.00m, 0.012m, 0.00m, 999_999.988m, false, Midnight);
        return new(
            Id: 101,
            SessionId: 101,
            AgentId: agent,
            AgentName: "agent-1",
            TaskId: 101,
            TaskTitle: "task-101",
            Model: null,
            Status: "active",
            StartedAt: StartedAt,
            EndedAt: null,
            DurationMinutes: 0,
            InputTokens: 2_500,
            OutputTokens: 800,
            CacheReadTokens: 0,
            CacheWriteTokens: 0,
            Tokens: 3_300,
            CostUsd: 0.012m,
            TreeCostUsd: 0.012m,
            ImputedCostUsd: 0.00m,
            ReservedUsd: 0.00m,
            ParentSessionId: null,
            Error: null,
            UsageId: usage,
            Budget: new(
                DailyLimitUsd: cap.LimitUsd,
                DailySpentUsd: cap.SpentUsd,
                DailyRemainingUsd: cap.RemainingUsd,
                TaskLimitUsd: null,
                TaskSpentUsd: 0.012m,
                OverBudget: false,
                ReservedUsd: 0.00m,
                Stop: false,
                StopReasons: [],
                ResetsAt: Midnight,
                Budgets: [cap]),
            OverBudget: false,
            Stop: false,
            StopReasons: [],
            CostSource: "reported");
    }
}
