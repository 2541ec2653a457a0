using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Costs;

/// <summary>Compares the recorded costs of a team with a provider's invoice. Nothing is stored.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">The period of the invoice, in local days of the team.</param>
/// <param name="Invoice">The lines of the invoice.</param>
public sealed record ReconcileTeamCostsQuery(Guid TeamId, CostFilter Filter, IReadOnlyList<InvoiceLine>? Invoice) : IQuery<ReconciliationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Compares the recorded costs of an organisation with a provider's invoice. Nothing is stored.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">The period of the invoice, in UTC days.</param>
/// <param name="Invoice">The lines of the invoice.</param>
public sealed record ReconcileOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter, IReadOnlyList<InvoiceLine>? Invoice)
    : IQuery<ReconciliationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>The invoiced cost of a model. Lines of the same model are added up.</summary>
/// <param name="Model">Required. The model, under any of its names.</param>
/// <param name="CostUsd">Required. USD: 0 to 1,000,000 with at most 9 decimals.</param>
public sealed record InvoiceLine(string? Model, Money? CostUsd);

/// <summary>The comparison of records and an invoice. The totals are the sums of the rows.</summary>
public sealed record ReconciliationResponse
{
    /// <summary>The start of the range (UTC); null if unbounded.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>The end of the range (UTC, exclusive); null if unbounded.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>The recorded cost (USD).</summary>
    public required MoneyTotal TotalRecordedUsd { get; init; }

    /// <summary>The invoiced cost (USD).</summary>
    public required MoneyTotal TotalInvoicedUsd { get; init; }

    /// <summary>Recorded minus invoiced cost (USD).</summary>
    public required MoneyTotal TotalDifferenceUsd { get; init; }

    /// <summary>The difference as a percentage of the invoiced cost, to four decimals; null if nothing was invoiced.</summary>
    public required decimal? TotalDifferencePercent { get; init; }

    /// <summary>Recorded tokens whose cost is unknown so far. They are on the invoice, but missing from the recorded cost.</summary>
    public required long UnpricedTokens { get; init; }

    /// <summary>The part of the recorded cost that is assumed, for models without a price (USD).</summary>
    public required MoneyTotal TotalAssumedUsd { get; init; }

    /// <summary>The cost that usage under a subscription would have had (USD). Not included in any difference.</summary>
    public required MoneyTotal TotalImputedUsd { get; init; }

    /// <summary>The comparison by model, largest absolute difference first.</summary>
    public required IReadOnlyList<ReconciledModelResponse> ByModel { get; init; }
}

/// <summary>The recorded and the invoiced cost of one model.</summary>
/// <param name="Model">The catalogue name of the model, or its shortest name; null for usage that names no model.</param>
/// <param name="RecordedAs">The names in the records; empty if the model is only on the invoice.</param>
/// <param name="InvoicedAs">The names on the invoice; empty if the model is only in the records.</param>
/// <param name="RecordedUsd">The recorded cost (USD).</param>
/// <param name="InvoicedUsd">The invoiced cost (USD).</param>
/// <param name="DifferenceUsd">Recorded minus invoiced cost (USD).</param>
/// <param name="DifferencePercent">The difference as a percentage of the invoiced cost, to four decimals; null if nothing was invoiced.</param>
/// <param name="UnpricedTokens">Recorded tokens whose cost is unknown so far.</param>
/// <param name="ImputedUsd">The cost that usage under a subscription would have had (USD). Not included in the difference.</param>
/// <param name="AssumedUsd">The part of the recorded cost that is assumed, because the model has no price (USD).</param>
public sealed record ReconciledModelResponse(
    string? Model,
    IReadOnlyList<string> RecordedAs,
    IReadOnlyList<string> InvoicedAs,
    MoneyTotal RecordedUsd,
    MoneyTotal InvoicedUsd,
    MoneyTotal DifferenceUsd,
    decimal? DifferencePercent,
    long UnpricedTokens,
    MoneyTotal ImputedUsd,
    MoneyTotal AssumedUsd);

internal sealed class ReconcileTeamCostsValidator : AbstractValidator<ReconcileTeamCostsQuery>
{
    public ReconcileTeamCostsValidator() => this.Invoice(query => query.Invoice);
}

internal sealed class ReconcileOrganisationCostsValidator : AbstractValidator<ReconcileOrganisationCostsQuery>
{
    public ReconcileOrganisationCostsValidator() => this.Invoice(query => query.Invoice);
}

internal sealed class ReconcileCostsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<ReconcileTeamCostsQuery, ReconciliationResponse>, IRequestHandler<ReconcileOrganisationCostsQuery, ReconciliationResponse>
{
    public async Task<ReconciliationResponse> Handle(ReconcileTeamCostsQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken);
        return await ReconcileAsync(subject, request.Filter, request.Invoice!, cancellationToken);
    }

    public async Task<ReconciliationResponse> Handle(ReconcileOrganisationCostsQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfOrganisationAsync(db, request.OrganisationId, cancellationToken);
        return await ReconcileAsync(subject, request.Filter, request.Invoice!, cancellationToken);
    }

    private async Task<ReconciliationResponse> ReconcileAsync(
        CostSubject subject, CostFilter filter, IReadOnlyList<InvoiceLine> invoice, CancellationToken cancellationToken)
    {
        var range = CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, time.GetUtcNow());
        var reader = new CostReader(db, subject, filter, range);
        var recorded = await db.InSnapshotAsync(inTransaction => reader.ReadUsageTotalsAsync(byHour: false, inTransaction), cancellationToken);

        var models = new Dictionary<string, ModelReconciliation>(StringComparer.Ordinal);
        foreach (var (model, sum) in recorded.ByModel)
        {
            ReconciliationOf(model).Record(model, sum);
        }

        foreach (var line in invoice)
        {
            ReconciliationOf(line.Model!).Invoice(line.Model!, line.CostUsd!.Value);
        }

        return Answer(subject.Timezone, range, [.. models.OrderByDescending(pair => pair.Value.AbsoluteDifference).ThenBy(pair => pair.Key, StringComparer.Ordinal)]);

        ModelReconciliation ReconciliationOf(string name)
        {
            // Usage without a model cannot match any line of an invoice.
            var model = name.Length == 0 ? "" : PriceCatalogue.ModelOf(name);
            return models.TryGetValue(model, out var known) ? known : models[model] = new();
        }
    }

    private static ReconciliationResponse Answer(string timezone, CostRange range, IReadOnlyList<KeyValuePair<string, ModelReconciliation>> models)
    {
        var (recorded, invoiced) = (MoneyTotal.Sum(models.Select(pair => pair.Value.Recorded)), MoneyTotal.Sum(models.Select(pair => pair.Value.Invoiced)));
        return new()
        {
            From = range.From,
            To = range.To,
            Timezone = timezone,
            TotalRecordedUsd = recorded,
            TotalInvoicedUsd = invoiced,
            TotalDifferenceUsd = recorded - invoiced,
            TotalDifferencePercent = ModelReconciliation.PercentOf(recorded - invoiced, invoiced),
            UnpricedTokens = models.Aggregate(0L, (sum, pair) => TokenCounts.TotalOf(sum, pair.Value.UnpricedTokens)),
            TotalAssumedUsd = MoneyTotal.Sum(models.Select(pair => pair.Value.Assumed)),
            TotalImputedUsd = MoneyTotal.Sum(models.Select(pair => pair.Value.Imputed)),
            ByModel = [.. models.Select(pair => pair.Value.ToResponse(pair.Key.Length == 0 ? null : pair.Key))],
        };
    }
}

/// <summary>Accumulates the recorded and the invoiced cost of one model.</summary>
internal sealed class ModelReconciliation
{
    private const long PerPercent = 10_000;
    private const long Scale = 100 * PerPercent;

    private readonly SortedSet<string> recordedAs = new(StringComparer.Ordinal);
    private readonly SortedSet<string> invoicedAs = new(StringComparer.Ordinal);

    public MoneyTotal Recorded { get; private set; }

    public MoneyTotal Invoiced { get; private set; }

    public MoneyTotal Imputed { get; private set; }

    public MoneyTotal Assumed { get; private set; }

    public long UnpricedTokens { get; private set; }

    /// <summary>The absolute difference of recorded and invoiced cost.</summary>
    public MoneyTotal AbsoluteDifference => MoneyTotal.Max(Recorded - Invoiced, Invoiced - Recorded);

    public void Record(string name, UsageSum sum)
    {
        if (name.Length > 0)
        {
            recordedAs.Add(name);
        }

        Recorded += sum.Cost;
        Imputed += sum.ImputedCost;
        Assumed += sum.AssumedCost;
        UnpricedTokens = TokenCounts.TotalOf(UnpricedTokens, sum.UnpricedTokens);
    }

    public void Invoice(string name, Money cost)
    {
        invoicedAs.Add(name);
        Invoiced += cost;
    }

    public ReconciledModelResponse ToResponse(string? model) => new(
        model,
        [.. recordedAs],
        [.. invoicedAs],
        Recorded,
        Invoiced,
        Recorded - Invoiced,
        PercentOf(Recorded - Invoiced, Invoiced),
        UnpricedTokens,
        Imputed,
        Assumed);

    /// <summary>Returns a difference as a percentage of a whole, to four decimals; null if the whole is zero.</summary>
    public static decimal? PercentOf(MoneyTotal difference, MoneyTotal whole)
    {
        if (whole == MoneyTotal.Zero)
        {
            return null;
        }

        // In ten-thousandths of a percent, rounded half away from zero. The share of a tiny invoice can exceed a decimal, so it is clamped.
        var (share, rest) = Int128.DivRem(difference.NanoUsd * Scale, whole.NanoUsd);
        share += Int128.Abs(rest) * 2 >= Int128.Abs(whole.NanoUsd) ? Int128.Sign(difference.NanoUsd) * Int128.Sign(whole.NanoUsd) : 0;
        return (decimal)Int128.Clamp(share, (Int128)decimal.MinValue, (Int128)decimal.MaxValue) / PerPercent;
    }
}

internal static class InvoiceRules
{
    private const int MaxLines = 1_000;

    /// <summary>Requires an invoice of at most 1,000 lines, each with a model and an amount.</summary>
    public static void Invoice<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IEnumerable<InvoiceLine>?>> invoice)
    {
        // Skips the lines of an invoice that is too long.
        validator.ClassLevelCascadeMode = CascadeMode.Stop;
        validator.RuleFor(invoice).NotNull().Must(lines => lines is null || lines.Count() <= MaxLines)
            .WithMessage($"'{{PropertyName}}' must have at most {MaxLines} items.");
        validator.RuleForEach(invoice!).NotNull().ChildRules(line =>
        {
            line.RuleFor(item => item.Model!).Line(Agent.ModelLength);
            line.RuleFor(item => item.CostUsd).NotNull().Usd();
        });
    }
}
