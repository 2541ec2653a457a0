using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The prices of models.</summary>
internal static class PriceSql
{
    /// <summary>The newest price that all organisations share; null if there is none.</summary>
    public const string SelectNewestShared = "SELECT MAX(Id) FROM Prices WHERE OrganisationId IS NULL";

    private static readonly SelectList List = new();
    private static readonly Field<long> Id = List.Add("p", Column.Int64("Id"));
    private static readonly Field<Guid?> OrganisationId = List.Add("p", Column.OptionalId("OrganisationId"));
    private static readonly Field<bool> IsBuiltIn = List.Add("p", Column.Flag("IsBuiltIn"));
    private static readonly Field<string> Model = List.Add("p", Column.Text("Model", Column.Unlimited));
    private static readonly Field<DateTimeOffset> EffectiveFrom = List.Add("p", Column.Instant("EffectiveFrom"));
    private static readonly RateFields Rates = new(List, "");
    private static readonly Field<long?> LongContextAbove = List.Add("p", Column.OptionalInt64("LongContextAbove"));
    private static readonly RateFields LongContextRates = new(List, "LongContext");
    private static readonly Field<int?> BatchDiscountPercent = List.Add("p", Column.OptionalInt32("BatchDiscountPercent"));
    private static readonly Field<DateTimeOffset> RecordedAt = List.Add("p", Column.Instant("RecordedAt"));

    public static readonly string SelectShared = $"SELECT {List} FROM Prices p WHERE p.OrganisationId IS NULL";

    public static readonly string SelectOwn = $"SELECT {List} FROM Prices p WHERE p.OrganisationId = @organisation";

    public static ModelPrice Read(SqlRow row) => new()
    {
        Id = Id.Of(row),
        OrganisationId = OrganisationId.Of(row),
        IsBuiltIn = IsBuiltIn.Of(row),
        Model = Model.Of(row),
        EffectiveFrom = EffectiveFrom.Of(row),
        Rates = Rates.Read(row)!,
        LongContextAbove = LongContextAbove.Of(row),
        LongContextRates = LongContextRates.Read(row),
        BatchDiscountPercent = BatchDiscountPercent.Of(row),
        RecordedAt = RecordedAt.Of(row),
    };

    private sealed class RateFields(SelectList list, string prefix)
    {
        private readonly Field<Money?> input = list.Add("p", Column.OptionalAmount(prefix + "InputRate"));
        private readonly Field<Money?> output = list.Add("p", Column.OptionalAmount(prefix + "OutputRate"));
        private readonly Field<Money?> cacheRead = list.Add("p", Column.OptionalAmount(prefix + "CacheReadRate"));
        private readonly Field<Money?> cacheWrite = list.Add("p", Column.OptionalAmount(prefix + "CacheWriteRate"));
        private readonly Field<Money?> longCacheWrite = list.Add("p", Column.OptionalAmount(prefix + "LongCacheWriteRate"));

        public TokenRates? Read(SqlRow row) => input.Of(row) is { } rate
            ? new(rate, output.Of(row)!.Value, cacheRead.Of(row), cacheWrite.Of(row), longCacheWrite.Of(row))
            : null;
    }
}
