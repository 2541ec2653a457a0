using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The budget rules of an organisation.</summary>
internal static class BudgetRuleSql
{
    private static readonly SelectList List = new();
    private static readonly Field<long> Id = List.Add("b", Column.Int64("Id"));
    private static readonly Field<Guid> OrganisationId = List.Add("b", Column.Id("OrganisationId"));
    private static readonly Field<Guid?> TeamId = List.Add("b", Column.OptionalId("TeamId"));
    private static readonly Field<string?> Name = List.Add("b", Column.OptionalText("Name", BudgetRule.NameLength));
    private static readonly Field<byte> Scope = List.Add("b", Column.Byte("Scope"));
    private static readonly Field<string> Match = List.Add("b", Column.Text("Match", BudgetRule.MatchLength));
    private static readonly Field<byte> Period = List.Add("b", Column.Byte("Period"));
    private static readonly Field<int> StartsOn = List.Add("b", Column.Int32("StartsOn"));
    private static readonly Field<Money?> LimitUsd = List.Add("b", Column.OptionalAmount("LimitUsd"));
    private static readonly Field<long?> LimitTokens = List.Add("b", Column.OptionalInt64("LimitTokens"));
    private static readonly Field<Enforcement> EnforcementOfRule = List.Add("b", Column.EnumName<Enforcement>("Enforcement"));
    private static readonly Field<byte?> OnExceedOfRule = List.Add("b.OnExceed", static byte? (row, i) => row.IsNull(i) ? null : row.Byte(i));
    private static readonly Field<string?> Thresholds = List.Add("b", Column.OptionalText("Thresholds", AlertThresholds.TextLength));
    private static readonly Field<DateTimeOffset> CountsFrom = List.Add("b", Column.Instant("CountsFrom"));
    private static readonly Field<DateTimeOffset> CreatedAt = List.Add("b", Column.Instant("CreatedAt"));
    private static readonly Field<long> Version = List.Add("b", Column.Int64("Version"));

    public static readonly string Select = $"SELECT {List} FROM BudgetRules b WHERE b.OrganisationId = @organisation ORDER BY b.Id";

    public static BudgetRule Read(SqlRow row) => BudgetRule.Stored(
        Id.Of(row),
        new BudgetTerms
        {
            OrganisationId = OrganisationId.Of(row),
            TeamId = TeamId.Of(row),
            Name = Name.Of(row),
            Scope = (BudgetScope)Scope.Of(row),
            Match = Match.Of(row),
            Period = (BudgetPeriod)Period.Of(row),
            StartsOn = StartsOn.Of(row),
            LimitUsd = LimitUsd.Of(row),
            LimitTokens = LimitTokens.Of(row),
            Enforcement = EnforcementOfRule.Of(row),
            OnExceed = (OnExceed?)OnExceedOfRule.Of(row),
            Thresholds = Thresholds.Of(row) is { } text ? AlertThresholds.Parse(text) : null,
        },
        CountsFrom.Of(row),
        CreatedAt.Of(row),
        Version.Of(row));
}
