using Entourage.Domain.Sessions;

namespace Entourage.Application.Verification;

/// <summary>The key of a rollup.</summary>
internal readonly record struct RollupKey(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model, long LabelSetId)
{
    public static RollupKey Of(UsageRollup rollup) => new(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, rollup.LabelSetId);

    public override string ToString() => $"rollup of team {TeamId}, {QuarterAt:yyyy-MM-ddTHH:mmZ}, session {SessionId}, model '{Model}'{(LabelSetId == 0 ? "" : $", labels {LabelSetId}")}";
}
