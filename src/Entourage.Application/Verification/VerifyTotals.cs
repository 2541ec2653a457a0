using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>Recomputes every total from the usage records, which are the truth, and compares it with what is stored (rule 5).</summary>
public sealed record VerifyTotalsQuery : IRequest<VerificationReport>;

/// <summary>What a verification found.</summary>
/// <param name="Records">The usage records that were read.</param>
/// <param name="Totals">The totals that were compared: budget counters, sessions and rollups.</param>
/// <param name="Differences">Each total that is not the sum of its records, in words; none when all is well.</param>
public sealed record VerificationReport(long Records, long Totals, IReadOnlyList<string> Differences);

internal sealed class VerifyTotalsHandler(IEntourageDb db) : IRequestHandler<VerifyTotalsQuery, VerificationReport>
{
    public Task<VerificationReport> Handle(VerifyTotalsQuery request, CancellationToken cancellationToken) =>
        db.AtOneMomentAsync(VerifyAsync, cancellationToken);

    private async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var computed = new Dictionary<string, Totals>(StringComparer.Ordinal);
        var teams = await db.Teams.AsNoTracking().ToDictionaryAsync(team => team.Id, cancellationToken);
        var sessions = await db.Sessions.AsNoTracking().ToDictionaryAsync(session => session.Id, cancellationToken);
        var records = 0L;
        await foreach (var record in db.UsageRecords.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            records++;
            var session = sessions[record.SessionId];
            var team = teams[session.TeamId];
            var totals = Totals.Of(record);
            Add(NameOf(session), totals with { UnpricedTokens = 0 });
            Add(NameOf(team.Id, UsageRollup.QuarterOf(record.OccurredAt), session.Id, record.Model), totals);
            if (totals.Cost > Money.Zero)
            {
                var policy = new BudgetPolicy
                {
                    OrganisationId = team.OrganisationId,
                    OrganisationLimits = new(),
                    TeamId = team.Id,
                    Timezone = team.Timezone,
                    TeamLimits = team.Limits,
                    AgentId = session.AgentId,
                    Task = session.TaskId is { } task ? new TaskCap(task, null, default) : null,
                    SessionPath = [session.Id, .. session.Ancestors],
                };
                foreach (var budget in policy.BudgetsAt(record.OccurredAt))
                {
                    Add(NameOf(budget.Window), new Totals { Cost = totals.Cost });
                }
            }
        }

        var stored = sessions.Values.ToDictionary(NameOf, Totals.Of, StringComparer.Ordinal);
        await foreach (var rollup in db.UsageRollups.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            stored.Add(NameOf(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model), Totals.Of(rollup));
        }

        await foreach (var counter in db.BudgetCounters.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var window = new BudgetWindow(counter.Scope, counter.ScopeId, counter.Period, counter.Start);
            stored.Add(NameOf(window), new Totals { Cost = counter.Spent });
        }

        // A total that is missing on one side is a zero there.
        var names = stored.Keys.Union(computed.Keys, StringComparer.Ordinal).ToArray();
        var differences = names
            .Select(name => (Name: name, Stored: stored.GetValueOrDefault(name), Computed: computed.GetValueOrDefault(name)))
            .Where(total => total.Stored != total.Computed)
            .Select(total => $"{total.Name}: stored {total.Stored}, but its records come to {total.Computed}")
            .Order(StringComparer.Ordinal)
            .ToArray();
        return new(records, names.Length, differences);

        void Add(string name, Totals totals) => computed[name] = computed.GetValueOrDefault(name) + totals;
    }

    private static string NameOf(Session session) => $"session {session.Id}";

    private static string NameOf(Guid team, DateTimeOffset quarter, long session, string model) =>
        $"rollup of team {team}, {quarter:yyyy-MM-ddTHH:mmZ}, session {session}, model '{model}'";

    private static string NameOf(BudgetWindow window) => $"counter of {window.Scope} {window.ScopeId}, {window.Period} from {window.Start:yyyy-MM-dd}";

    private readonly record struct Totals
    {
        public TokenCounts Tokens { get; init; }

        public long UnpricedTokens { get; init; }

        public Money Cost { get; init; }

        public Money ImputedCost { get; init; }

        public static Totals operator +(Totals left, Totals right) => new()
        {
            Tokens = left.Tokens + right.Tokens,
            UnpricedTokens = left.UnpricedTokens + right.UnpricedTokens,
            Cost = left.Cost + right.Cost,
            ImputedCost = left.ImputedCost + right.ImputedCost,
        };

        public static Totals Of(UsageRecord record) => new()
        {
            Tokens = new(record.InputTokens, record.OutputTokens, record.CacheReadTokens, record.CacheWriteTokens),
            UnpricedTokens = record.CostSource == CostSource.Unpriced
                ? record.InputTokens + record.OutputTokens + record.CacheReadTokens + record.CacheWriteTokens
                : 0,
            Cost = record.Billing == Billing.Api ? record.Cost : Money.Zero,
            ImputedCost = record.Billing == Billing.Subscription ? record.Cost : Money.Zero,
        };

        public static Totals Of(UsageRollup rollup) => new()
        {
            Tokens = new(rollup.InputTokens, rollup.OutputTokens, rollup.CacheReadTokens, rollup.CacheWriteTokens),
            UnpricedTokens = rollup.UnpricedTokens,
            Cost = new(rollup.CostNanoUsd),
            ImputedCost = new(rollup.ImputedCostNanoUsd),
        };

        public static Totals Of(Session session) => new()
        {
            Tokens = new(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens),
            Cost = session.Cost,
            ImputedCost = session.ImputedCost,
        };

        public override string ToString() => $"{Cost} USD ({ImputedCost} imputed), {Tokens.OfAllClasses} tokens ({UnpricedTokens} unpriced)";
    }
}
