using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Microsoft.Extensions.Time.Testing;

namespace Entourage.Application.Tests.Ledger;

/// <summary>
/// The ledger on a store in memory, with one organisation and what a test adds to it:
/// <code>
/// var ledger = new TestLedger();
/// var session = ledger.StartSession(new() { Daily = TestLedger.Usd(5) });
/// </code>
/// </summary>
internal sealed class TestLedger : IBudgetLedger
{
    /// <summary>A Wednesday.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>10 USD for a million input tokens and 50 USD for a million output tokens.</summary>
    public static readonly TokenRates AssumedRates = new(Usd(10), Usd(50), null, null, null);

    public static readonly AuditActor Lead = new("Ada");

    private readonly PriceLists priceLists = new();
    private readonly BudgetRuleLists ruleLists = new();

    public TestLedger() => Store.Organisations.Add(OrganisationId, new(OrganisationId));

    public InMemoryLedger Store { get; } = new();

    public FakeTimeProvider Time { get; } = new(Noon);

    public DateTimeOffset Now => Time.GetUtcNow();

    public LedgerRules Rules { get; set; } = new(UsageBounds.None, AssumedRates);

    public Guid OrganisationId { get; } = IdOf(1);

    public OrganisationLimits OrganisationLimits
    {
        set => Store.Organisations[OrganisationId] = Store.Organisations[OrganisationId] with { Limits = value };
    }

    public IEnumerable<LedgerRecord> Records => Store.Records.Select(usage => usage.Record);

    /// <summary>The only record.</summary>
    public LedgerRecord Record => Records.Single();

    public static Money Usd(decimal usd) => Money.FromUsd(usd);

    public static IdempotencyToken Key(string key, string request = "the request") => new(HashOf(key), HashOf(request));

    public Guid AddTeam(TeamLimits? limits = null, DetectorRules? rules = null, string timezone = "UTC", Guid? organisationId = null)
    {
        var id = IdOf(100 + Store.Teams.Count);
        Store.Teams.Add(id, new(id, organisationId ?? OrganisationId) { Limits = limits ?? new(), Rules = rules ?? DetectorRules.Default, Timezone = timezone });
        return id;
    }

    public Guid AddAgent(Guid teamId, Money? daily = null, string? model = null)
    {
        var id = IdOf(1_000 + Store.Agents.Count);
        Store.Agents.Add(id, new(id, teamId) { DailyLimit = daily, Model = model });
        return id;
    }

    /// <summary>Adds a task, which depends on others.</summary>
    public long AddTask(Guid teamId, Money? limit = null, params IReadOnlyList<long> dependsOn)
    {
        var id = 7L + Store.Tasks.Count;
        Store.Tasks.Add(id, new(new(id, limit, default), teamId) { DependsOn = dependsOn });
        return id;
    }

    /// <summary>Issues a child token, by default to any agent of the team.</summary>
    public (ChildToken Token, string Text) IssueToken(long sessionId, Guid? agentId = null, int seconds = 300)
    {
        var issued = ChildToken.Issue(sessionId, agentId, TimeSpan.FromSeconds(seconds), Now);
        Store.ChildTokens.Add(Convert.ToHexString(issued.Token.TokenHash), issued.Token);
        return issued;
    }

    public long AddSession(Guid agentId, long? parent = null, string? model = null, TaskCap? task = null, LabelSet? labels = null)
    {
        var id = 1L + Store.Sessions.Count;
        IReadOnlyList<long> path = parent is { } above ? [id, .. Store.Sessions[above].Path] : [id];
        Store.Sessions.Add(id, new(id, agentId) { Path = path, Model = model, Labels = labels ?? LabelSet.None, Task = task, StartedAt = Now });
        return id;
    }

    /// <summary>Starts a session of a new agent of a new team.</summary>
    public long StartSession(TeamLimits? limits = null, DetectorRules? rules = null, string? model = null, TaskCap? task = null) =>
        AddSession(AddAgent(AddTeam(limits, rules)), model: model, task: task);

    /// <summary>Adds a budget rule of the organisation, or of a team.</summary>
    public BudgetRule AddRule(
        BudgetScope scope,
        string match,
        decimal? usd = null,
        long? tokens = null,
        BudgetPeriod period = BudgetPeriod.Day,
        Guid? teamId = null,
        OnExceed? onExceed = null,
        Enforcement enforcement = Enforcement.Hard)
    {
        var terms = new BudgetTerms
        {
            OrganisationId = OrganisationId,
            TeamId = teamId,
            Scope = scope,
            Match = match,
            Period = period,
            LimitUsd = usd is { } limit ? Usd(limit) : null,
            LimitTokens = tokens,
            OnExceed = onExceed,
            Enforcement = enforcement,
        };
        var created = BudgetRule.Create(terms, BudgetCalendar.Utc, Now);
        var rule = BudgetRule.Stored(Store.Rules.Count + 1, created.Terms, created.CountsFrom, created.CreatedAt, created.Version);
        Store.Rules.Add(rule);
        Store.Organisations[OrganisationId] = Store.Organisations[OrganisationId] with { Version = Store.Organisations[OrganisationId].Version + 1 };
        return rule;
    }

    /// <summary>The amounts of a rule's counters, by the ids of its windows.</summary>
    public Spending SpendingOf(BudgetRule rule, BudgetUnit unit = BudgetUnit.Usd)
    {
        var beginning = unit == BudgetUnit.Usd ? $"{RuleWindows.EndId(rule.Id)[..^1]}$" : RuleWindows.LeastId(rule.Id);
        return Store.Counters.Where(counter => counter.Key.ScopeId.StartsWith(beginning, StringComparison.Ordinal))
            .Aggregate(default(Spending), (sum, counter) => sum + counter.Value);
    }

    public void SetPrice(string model, decimal input, decimal output, Guid? organisationId = null, DateTimeOffset? from = null)
    {
        Store.Prices.Add(new()
        {
            Id = Store.Prices.Count + 1,
            OrganisationId = organisationId,
            Model = model,
            EffectiveFrom = from ?? ModelPrice.Ever,
            Rates = new(Usd(input), Usd(output), null, null, null),
            RecordedAt = Now,
        });
        foreach (var organisation in Store.Organisations.Values.ToArray())
        {
            Store.Organisations[organisation.Id] = organisation with { Version = organisation.Version + 1 };
        }
    }

    public void Pause(PauseScope scope, Guid id, DateTimeOffset? expiresAt = null)
    {
        var pause = new Pause { PausedAt = Now, Reason = "lunch", ExpiresAt = expiresAt };
        new InMemoryWriter(Store).Write(Empty(new(scope, id, pause)));
    }

    public StoredSession Session(long id) => Store.Sessions[id];

    public Guid AgentOf(long sessionId) => Session(sessionId).AgentId;

    public Guid TeamOf(long sessionId) => Store.Agents[AgentOf(sessionId)].TeamId;

    /// <summary>A usage of 1,000 input and 100 output tokens, unless said otherwise.</summary>
    public UsageEntry Usage(
        long sessionId,
        decimal? usd = null,
        string? model = null,
        Guid? reservation = null,
        DateTimeOffset? at = null,
        TokenCounts? tokens = null,
        string? error = null,
        Billing billing = Billing.Api,
        IdempotencyToken? key = null) => new(
        Guid.NewGuid(),
        sessionId,
        new(tokens ?? new(1_000, 100)),
        usd is { } cost ? Usd(cost) : null,
        model,
        reservation,
        at ?? Now,
        error,
        billing,
        Now,
        key);

    /// <summary>The start of a session by its agent.</summary>
    public StartSessionEntry Start(
        Guid agentId, long? task = null, string? model = null, long? parent = null, byte[]? token = null, bool byLead = false, IdempotencyToken? key = null) =>
        new(agentId, task, model, parent, token, byLead, Now, key);

    public ReserveEntry Reserve(long sessionId, decimal usd, int seconds = 300, IdempotencyToken? key = null) =>
        new(Guid.NewGuid(), sessionId, new(Usd(usd)), TimeSpan.FromSeconds(seconds), Now, key);

    public Task<UsageResponse> SpendAsync(long sessionId, decimal usd, Guid? reservation = null, DateTimeOffset? at = null) =>
        AcceptAsync(Usage(sessionId, usd, reservation: reservation, at: at));

    public Task<ReservationResponse> ReserveAsync(long sessionId, decimal usd, int seconds = 300) => AcceptAsync(Reserve(sessionId, usd, seconds));

    /// <summary>Writes an entry, and throws its refusal if there is one.</summary>
    public async Task<T> AcceptAsync<T>(LedgerEntry<T> entry) => (await WriteAsync(entry, CancellationToken.None)).Response;

    /// <summary>Writes an entry that is refused.</summary>
    public async Task<TRefusal> RefuseAsync<TRefusal>(LedgerEntry entry)
        where TRefusal : Exception
    {
        var outcome = (await RunAsync(entry)).Single();
        Assert.That(outcome.Response, Is.Null);
        Assert.That(outcome.Refusal, Is.TypeOf<TRefusal>());
        return (TRefusal)outcome.Refusal!;
    }

    /// <summary>Writes entries in one transaction.</summary>
    public async Task<IReadOnlyList<LedgerOutcome>> RunAsync(params IReadOnlyList<LedgerEntry> entries) => (await TransactAsync(entries)).Outcomes;

    public async Task<LedgerTransactionResult> TransactAsync(params IReadOnlyList<LedgerEntry> entries)
    {
        var result = await LedgerTransaction.DecideAsync(entries, Store, priceLists, ruleLists, Rules);
        await result.SaveAsync(Store);
        return result;
    }

    public async Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken)
    {
        var outcome = (await RunAsync(entry)).Single();
        return outcome.Refusal is { } refusal ? throw refusal : new((T)outcome.Response!, outcome.Replayed);
    }

    public Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken) => RunAsync(entries);

    public async Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await BudgetStandingReader.ReadAsync(Store, ruleLists, subject, now)).Standing;

    /// <summary>What a counter says of the window that holds an instant, by default the present.</summary>
    public Spending SpendingOf(long sessionId, BudgetScope scope, BudgetPeriod period = BudgetPeriod.Day, DateTimeOffset? at = null)
    {
        var budget = Store.PolicyOf(Session(sessionId)).BudgetsAt(at ?? Now).First(budget => budget.Window.Scope == scope && budget.Window.Period == period);
        return Store.Counters.GetValueOrDefault(budget.Window);
    }

    public Spending TeamDay(long sessionId, DateTimeOffset? at = null) => SpendingOf(sessionId, BudgetScope.Team, BudgetPeriod.Day, at);

    public Reservation Reservation(Guid id) => Store.Reservations[id];

    private static LedgerChanges Empty(PauseChange pause) => new()
    {
        Records = [],
        Answers = [],
        ExtendedAnswers = [],
        Events = [],
        Alerts = [],
        Audited = [],
        Sessions = new Dictionary<long, SessionChange>(),
        Calls = new Dictionary<long, Domain.Sessions.CallCounts>(),
        Starts = new([], []),
        EndedSessions = new Dictionary<long, SessionState>(),
        Pauses = [pause],
        Rollups = new Dictionary<UsageRollupKey, Domain.Costs.UsageSum>(),
        Labels = [],
        Counters = [],
        NewReservations = [],
        ChangedReservations = [],
        SessionsAfter = [],
        ReservationsAfter = [],
    };

    // The same in every run, so that two ledgers that were filled alike can be compared.
    private static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
