using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// Usages that share a transaction, taken one after the other. Every rule is the domain's; what it decides is kept in
/// memory while the transaction holds the organisations' ledgers, and written at once at its end.
/// </summary>
internal sealed class LedgerBatch
{
    // Every total stays so far below 2^63 nano-dollars that no batch can pass that: 1,000 usages add at most 10^18.
    private static readonly Money GreatestTotal = Money.FromUsd(8_000_000_000m);

    private readonly LedgerChanges changes = new();
    private readonly Dictionary<BudgetWindow, Money> spent = [];
    private readonly Dictionary<string, (IdempotentAnswer Stored, UsageResponse Response)> answeredHere = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<long, LedgerSession> sessions = new Dictionary<long, LedgerSession>();
    private IReadOnlyDictionary<string, IdempotentAnswer> answeredBefore = new Dictionary<string, IdempotentAnswer>();

    /// <summary>Records usages, in their order.</summary>
    /// <returns>For each what its caller is told: an answer, or the reason why it alone was not recorded.</returns>
    public async Task<IReadOnlyList<LedgerOutcome>> RecordAsync(IReadOnlyList<UsageEntry> entries, ILedgerWrites store)
    {
        sessions = await store.HoldAsync([.. entries.Select(entry => entry.SessionId).Distinct()]);
        var keys = entries.Where(entry => entry.Idempotency is not null)
            .DistinctBy(entry => Convert.ToHexString(entry.Idempotency!.KeyHash), StringComparer.Ordinal)
            .Select(entry => entry.Idempotency!.KeyHash)
            .ToArray();
        if (keys.Length > 0)
        {
            answeredBefore = await store.FindAnswersAsync(keys);
        }

        foreach (var (window, amount) in await store.SpentAsync(WindowsOf(entries)))
        {
            spent[window] = amount;
        }

        var outcomes = new LedgerOutcome[entries.Count];
        for (var i = 0; i < entries.Count; i++)
        {
            outcomes[i] = Take(entries[i]);
        }

        if (changes.Records.Count > 0)
        {
            await store.SaveAsync(changes);
        }

        return outcomes;
    }

    private HashSet<BudgetWindow> WindowsOf(IReadOnlyList<UsageEntry> entries)
    {
        var windows = new HashSet<BudgetWindow>();
        foreach (var entry in entries)
        {
            if (sessions.TryGetValue(entry.SessionId, out var session))
            {
                windows.UnionWith(session.Policy.BudgetsAt(entry.OccurredAt).Select(budget => budget.Window));
                windows.UnionWith(session.Policy.BudgetsAt(entry.RecordedAt).Select(budget => budget.Window));
            }
        }

        return windows;
    }

    private LedgerOutcome Take(UsageEntry entry)
    {
        if (!sessions.TryGetValue(entry.SessionId, out var session))
        {
            return new(new NotFoundException("session", entry.SessionId));
        }

        try
        {
            return FindEarlier(entry) ?? new(new RecordedUsage(Record(entry, session), Replayed: false));
        }
        catch (Exception refusal) when (refusal is IdempotencyKeyReusedException or RuleViolationException)
        {
            return new(refusal);
        }
    }

    private LedgerOutcome? FindEarlier(UsageEntry entry)
    {
        if (entry.Idempotency is not { } token)
        {
            return null;
        }

        var key = Convert.ToHexString(token.KeyHash);
        if (answeredHere.TryGetValue(key, out var here))
        {
            token.EnsureSameRequest(here.Stored.RequestHash);
            return new(new RecordedUsage(here.Response, Replayed: true));
        }

        if (answeredBefore.TryGetValue(key, out var before))
        {
            token.EnsureSameRequest(before.RequestHash);
            return new(new RecordedUsage(JsonSerializer.Deserialize<UsageResponse>(before.Response, EntourageJson.Stored)!, Replayed: true));
        }

        return null;
    }

    private UsageResponse Record(UsageEntry entry, LedgerSession session)
    {
        var model = entry.Model ?? session.Model ?? "";
        var cost = entry.ReportedCost ?? Money.Zero;
        var source = entry.ReportedCost is null ? CostSource.Unpriced : CostSource.Reported;
        var counted = entry.Billing == Billing.Api ? cost : Money.Zero;
        var sum = new LedgerSum(
            entry.Tokens, source == CostSource.Unpriced ? entry.Tokens.OfAllClasses : 0, counted, cost - counted);

        var windows = counted == Money.Zero ? [] : session.Policy.BudgetsAt(entry.OccurredAt).Select(budget => budget.Window).ToArray();
        EnsureCountable(session, sum, windows);

        foreach (var window in windows)
        {
            spent[window] = spent.GetValueOrDefault(window) + counted;
            changes.Counters[window] = changes.Counters.GetValueOrDefault(window) + counted;
        }

        var bucket = new LedgerBucket(session.Policy.TeamId, UsageRollup.QuarterOf(entry.OccurredAt), session.Id, model);
        changes.Rollups[bucket] = changes.Rollups.GetValueOrDefault(bucket) + sum;
        changes.Sessions[session.Id] = changes.Sessions.GetValueOrDefault(session.Id) + sum;
        changes.Records.Add(new(entry, model, cost, source));

        var response = Answer(entry, session, source);
        if (entry.Idempotency is { } token)
        {
            var stored = new IdempotentAnswer(
                token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, EntourageJson.Stored), entry.RecordedAt);
            changes.Answers.Add(stored);
            answeredHere.Add(Convert.ToHexString(token.KeyHash), (stored, response));
        }

        return response;
    }

    private void EnsureCountable(LedgerSession session, LedgerSum sum, BudgetWindow[] windows)
    {
        var total = changes.Sessions.GetValueOrDefault(session.Id) + sum;
        if (session.Cost + total.Cost > GreatestTotal
            || session.ImputedCost + total.ImputedCost > GreatestTotal
            || windows.Any(window => spent.GetValueOrDefault(window) + sum.Cost > GreatestTotal))
        {
            throw new RuleViolationException("total-too-large", $"A total would pass {GreatestTotal} USD, the most that is counted.", "CostUsd");
        }
    }

    private UsageResponse Answer(UsageEntry entry, LedgerSession session, CostSource source)
    {
        var total = changes.Sessions[session.Id];
        var tokens = session.Tokens + total.Tokens;
        var budgets = session.Policy.BudgetsAt(entry.RecordedAt);
        var position = new BudgetPosition([.. budgets.Select(budget => budget.With(spent))]);
        var tree = position.Budgets.First(budget => budget.Budget.Window.Scope == BudgetScope.Session);
        return new()
        {
            Id = session.Id,
            AgentId = session.Policy.AgentId,
            AgentName = session.AgentName,
            TaskId = session.Policy.Task?.TaskId,
            TaskTitle = session.TaskTitle,
            Model = session.Model,
            Status = session.Status,
            StartedAt = session.StartedAt,
            EndedAt = session.EndedAt,
            DurationMinutes = SessionResponse.MinutesOf(session.StartedAt, session.EndedAt, entry.RecordedAt),
            InputTokens = tokens.Input,
            OutputTokens = tokens.Output,
            CacheReadTokens = tokens.CacheRead,
            CacheWriteTokens = tokens.CacheWrite,
            CostUsd = session.Cost + total.Cost,
            TreeCostUsd = tree.Spending.Spent,
            ImputedCostUsd = session.ImputedCost + total.ImputedCost,
            ReservedUsd = Money.Zero,
            ParentSessionId = session.ParentSessionId,
            Error = session.Error,
            UsageId = entry.RecordId,
            CostSource = source,
            Budget = BudgetResponse.From(position, session.Status == SessionStatus.Active ? [] : ["session_ended"]),
        };
    }
}

/// <summary>What became of one usage: an answer, or the reason why it was not recorded.</summary>
internal sealed record LedgerOutcome(RecordedUsage? Recorded, Exception? Refusal)
{
    public LedgerOutcome(RecordedUsage recorded)
        : this(recorded, null)
    {
    }

    public LedgerOutcome(Exception refusal)
        : this(null, refusal)
    {
    }
}
