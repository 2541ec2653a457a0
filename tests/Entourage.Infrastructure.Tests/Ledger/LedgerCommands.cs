using System.Reflection;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Ledger.SqlServer;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>Every command that the ledger can send to SQL Server, found by reflection so that none is missed.</summary>
internal static class LedgerCommands
{
    private static readonly int[] Sizes = [1, 2, 64];

    // One sample value for each parameter type.
    private static readonly Dictionary<Type, Func<int, object>> Samples = new()
    {
        [typeof(long)] = i => i + 1L,
        [typeof(BudgetSubject)] = i => new BudgetSubject(Id(i), i + 1L, SessionChoice.Of([i + 1L])),
        [typeof(Guid)] = i => Id(i),
        [typeof(byte[])] = i => Hash(i),
        [typeof((Guid, DateTimeOffset))] = i => (Id(i), At(i)),
        [typeof(Expiry)] = i => new Expiry(Id(i), At(i)),
        [typeof(BudgetWindow)] = i => Window(i),
        [typeof(IdempotentAnswer)] = i => new IdempotentAnswer(Hash(i), Hash(i + 1), "{}", At(i)),
        [typeof(AnswerChange)] = i => new AnswerChange(new(Hash(i), Hash(i + 1), "{}", At(i)), new(Hash(i), Hash(i + 2), "[]", At(i + 1))),
        [typeof(DateTimeOffset)] = i => At(i),
        [typeof(TeamEvent)] = i => TeamEvent.Create(EventKind.Stop, Id(i), Id(i), i + 1, "{}", At(i)),
        [typeof(LedgerRecord)] = i => new LedgerRecord(
            new UsageEntry(Id(i), i + 1, new(Tokens(i), i, IsBatch: true), new Money(i), "m", Id(i), At(i), "rate limited", Billing.Api, At(i), null),
            "m",
            new Money(i),
            CostSource.Reported,
            new Money(i),
            new LedgerPrice(i, new(new(i), new(i), new(i), new(i))),
            i,
            i),
        [typeof(LabelSetMember)] = i => LabelSetMember.Of(Id(i), LabelSet.Of([new("customer", $"acme {i}")])).Single(),
        [typeof(LabelSetKey)] = i => new LabelSetKey(Id(i), i + 1L),
        [typeof(Reservation)] = i => SampleReservation(i),
        [typeof(ReservationChange)] = i => new ReservationChange(SampleReservation(i), SampleReservation(i).End(ReservationStatus.Released, At(i))),
        [typeof(CounterChange)] = i => new CounterChange(Window(i), new Spending(new Money(i), new Money(i)), default),
        [typeof(KeyValuePair<long, SessionState>)] = i => KeyValuePair.Create(i + 1L, new SessionState(SessionStatus.Failed, At(i), "out of memory")),
        [typeof(KeyValuePair<long, SessionChange>)] = i => KeyValuePair.Create(i + 1L, new SessionChange(Sum(i), At(i), "", $"{DetectorState.Empty}")),
        [typeof(KeyValuePair<long, CallCounts>)] = i => KeyValuePair.Create(i + 1L, new CallCounts(i, i, i, i, At(i))),
        [typeof(LedgerSession)] = i => SampleSession(i),
        [typeof(ChildToken)] = i => ChildToken.Issue(i + 1, Id(i), TimeSpan.FromMinutes(5), At(i)).Token,
        [typeof(PauseChange)] = i => new PauseChange(
            PauseScope.Team, Id(i), new Pause { PausedAt = At(i), Reason = "looks wrong", ExpiresAt = At(i + 1), By = "Ada", ReservationsReleased = i }),
        [typeof(UsageRollupKey)] = i => Bucket(i),
        [typeof(KeyValuePair<UsageRollupKey, UsageSum>)] = i => KeyValuePair.Create(Bucket(i), Sum(i)),
        [typeof(KeyValuePair<CostSummaryKey, UsageSum>)] = i => KeyValuePair.Create(
            new CostSummaryKey(Id(i), CostHeading.Agent, new DateOnly(2026, 6, 1), BudgetWindow.IdOf(Id(i))),
            Sum(i)),
        [typeof(AlertKey)] = i => SampleAlert(i).Key,
        [typeof(Alert)] = i => SampleAlert(i),
        [typeof(AuditEntry)] = i => AuditEntry.Create(
            AuditAction.Paused, AuditSubject.Of(AuditSubjectKind.Agent, Id(i), Id(i), Id(i)), "{}", "{}", new("Ada", Id(i)), At(i)),
    };

    /// <summary>The names of all commands, with every size that each can have.</summary>
    public static IEnumerable<TestCaseData> All =>
        from name in Methods.Keys.Concat(Texts.Keys)
        from size in Texts.ContainsKey(name) ? Sizes : [1]
        select new TestCaseData(name, size);

    /// <summary>The names of the statements and queries for any number of rows.</summary>
    public static IEnumerable<string> Fixed => Texts.Keys;

    private static Dictionary<string, MethodInfo> Methods { get; } = typeof(SqlServerStatements)
        .GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(SqlCommand))
        .ToDictionary(method => method.Name, StringComparer.Ordinal);

    private static Dictionary<string, ISqlServerText> Texts { get; } = new[] { typeof(SqlServerStatements), typeof(SqlServerQueries) }
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public))
        .Where(field => typeof(ISqlServerText).IsAssignableFrom(field.FieldType))
        .ToDictionary(field => field.Name, field => (ISqlServerText)field.GetValue(null)!, StringComparer.Ordinal);

    /// <summary>Creates a command for some rows.</summary>
    public static SqlCommand Make(string name, int size)
    {
        if (Methods.TryGetValue(name, out var method))
        {
            return (SqlCommand)method.Invoke(null, [.. method.GetParameters().Select(parameter => SampleOf(parameter.ParameterType, name)(0))])!;
        }

        var (text, command) = (Texts[name], new SqlCommand());
        var type = text.GetType().GenericTypeArguments[0];
        var rows = Array.CreateInstance(type, size);
        for (var i = 0; i < size; i++)
        {
            rows.SetValue(SampleOf(type, name)(i), i);
        }

        text.GetType().GetMethod("Bind")!.Invoke(text, [command.Parameters, rows]);
        command.CommandText = text.GetType().GetGenericTypeDefinition() == typeof(SqlServerWrite<>) ? "DECLARE @written int = 0;\n" + text.Text : text.Text;
        return command;
    }

    private static Func<int, object> SampleOf(Type type, string name)
    {
        Assert.That(Samples, Does.ContainKey(type), $"{name} takes a {type} that this test has no sample of: add one.");
        return Samples[type];
    }

    private static Guid Id(int i) => new(i, 0, 0, new byte[8]);

    private static byte[] Hash(int i) => [.. Enumerable.Repeat((byte)i, 32)];

    private static DateTimeOffset At(int i) => DateTimeOffset.UnixEpoch.AddMinutes(15 * i);

    private static TokenCounts Tokens(int i) => new(i, i, i, i);

    private static LedgerSession SampleSession(int i) => new StartingAgent(
        "Ada", "m", new() { OrganisationId = Id(i), OrganisationLimits = new(), TeamId = Id(i), Timezone = "UTC", TeamLimits = new(), AgentId = Id(i) }, default, DetectorRules.Default, i)
        .NewSession(task: null, parent: null, model: null, LabelSet.Of([new("customer", $"acme {i}")]), At(i));

    private static Reservation SampleReservation(int i) => new()
    {
        Id = Id(i),
        SessionId = i + 1,
        OrganisationId = Id(i),
        Amount = new Money(i),
        CreatedAt = At(i),
        ExpiresAt = At(i + 1),
    };

    private static UsageRollupKey Bucket(int i) => new(Id(i), At(i), i + 1, "m", i);

    private static Alert SampleAlert(int i) => Alert.Raise(
        new(AlertKind.RunawayTokens, $"session:{i}", "total", "It runs away.", new() { Tokens = i }), new(Id(i), Id(i), i + 1, i + 1), At(i));

    private static UsageSum Sum(int i) => new(Tokens(i), i, new Money(i), new Money(i), i);

    private static BudgetWindow Window(int i) =>
        new(BudgetScope.Team, BudgetWindow.IdOf(Id(i)), BudgetPeriod.Day, new DateOnly(2026, 6, 1).AddDays(i));
}
