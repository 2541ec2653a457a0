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

/// <summary>Compares what a team recorded with what a provider invoiced. Nothing is stored.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">The time that the invoice covers, in the team's days.</param>
/// <param name="Invoice">What was invoiced.</param>
public sealed record ReconcileTeamCostsQuery(Guid TeamId, CostFilter Filter, IReadOnlyList<InvoiceLine>? Invoice) : IQuery<ReconciliationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Compares what an organisation recorded with what a provider invoiced. Nothing is stored.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">The time that the invoice covers, in UTC days.</param>
/// <param name="Invoice">What was invoiced.</param>
public sealed record ReconcileOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter, IReadOnlyList<InvoiceLine>? Invoice)
    : IQuery<ReconciliationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>What was invoiced for a model. Lines that mean the same model are added up.</summary>
/// <param name="Model">Required. The model, under any of its names.</param>
/// <param name="CostUsd">Required. USD: 0 to 1,000,000 with at most 9 decimals.</param>
public sealed record InvoiceLine(string? Model, Money? CostUsd);

/// <summary>Records and an invoice, side by side. The totals are the sums of the rows.</summary>
public sealed record ReconciliationResponse
{
    /// <summary>Where the range begins (UTC); null is from the beginning.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>Where the range ends (UTC, exclusive); null is open.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days in it.</summary>
    public required string Timezone { get; init; }

    /// <summary>What was recorded (USD).</summary>
    public required MoneyTotal TotalRecordedUsd { get; init; }

    /// <summary>What was invoiced (USD).</summary>
    public required MoneyTotal TotalInvoicedUsd { get; init; }

    /// <summary>What was recorded less what was invoiced (USD).</summary>
    public required MoneyTotal TotalDifferenceUsd { get; init; }

    /// <summary>The difference in percent of what was invoiced, to four decimals; null where that is nothing.</summary>
    public required decimal? TotalDifferencePercent { get; init; }

    /// <summary>Recorded tokens whose cost nobody knows yet: they are invoiced, and missing from what was recorded.</summary>
    public required long UnpricedTokens { get; init; }

    /// <summary>The part of what was recorded that is assumed, for models that have no price yet (USD).</summary>
    public required MoneyTotal TotalAssumedUsd { get; init; }

    /// <summary>What usage under a subscription would have cost (USD); part of no difference.</summary>
    public required MoneyTotal TotalImputedUsd { get; init; }

    /// <summary>By model, the largest difference first, whichever way it goes.</summary>
    public required IReadOnlyList<ReconciledModelResponse> ByModel { get; init; }
}

/// <summary>What was recorded and invoiced of one model.</summary>
/// <param name="Model">The name that it is listed under, or its shortest; null for usage of an unstated model.</param>
/// <param name="RecordedAs">The names under which it was recorded; none where it is only in the invoice.</param>
/// <param name="InvoicedAs">The names under which it was invoiced; none where it is only in the records.</param>
/// <param name="RecordedUsd">What was recorded (USD).</param>
/// <param name="InvoicedUsd">What was invoiced (USD).</param>
/// <param name="DifferenceUsd">What was recorded less what was invoiced (USD).</param>
/// <param name="DifferencePercent">The difference in percent of what was invoiced, to four decimals; null where that is nothing.</param>
/// <param name="UnpricedTokens">Recorded tokens whose cost nobody knows yet.</param>
/// <param name="ImputedUsd">What usage under a subscription would have cost (USD); not part of the difference.</param>
/// <param name="AssumedUsd">The part of what was recorded that is assumed, since the model has no price yet (USD).</param>
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
        var of = await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken);
        return await ReconcileAsync(of, request.Filter, request.Invoice!, cancellationToken);
    }

    public async Task<ReconciliationResponse> Handle(ReconcileOrganisationCostsQuery request, CancellationToken cancellationToken)
    {
        var of = await CostSubject.OfOrganisationAsync(db, request.OrganisationId, cancellationToken);
        return await ReconcileAsync(of, request.Filter, request.Invoice!, cancellationToken);
    }

    private async Task<ReconciliationResponse> ReconcileAsync(
        CostSubject of, CostFilter filter, IReadOnlyList<InvoiceLine> invoice, CancellationToken cancellationToken)
    {
        var range = CostRange.Of(filter.From, filter.To, filter.Period, of.Calendar, time.GetUtcNow());
        var reader = new CostReader(db, of, filter, range);
        var recorded = await db.InSnapshotAsync(inTransaction => reader.TallyUsageAsync(byHour: false, inTransaction), cancellationToken);

        var models = new Dictionary<string, ModelReconciliation>(StringComparer.Ordinal);
        foreach (var (model, sum) in recorded.ByModel)
        {
            At(model).Record(model, sum);
        }

        foreach (var line in invoice)
        {
            At(line.Model!).Invoice(line.Model!, line.CostUsd!.Value);
        }

        return Answer(of.Timezone, range, [.. models.OrderByDescending(pair => pair.Value.Apart).ThenBy(pair => pair.Key, StringComparer.Ordinal)]);

        ModelReconciliation At(string name)
        {
            // Usage of a model that nobody stated is of none that an invoice could name.
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

/// <summary>What is known of one model from both sides.</summary>
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

    /// <summary>How far apart the two are, whichever is more.</summary>
    public MoneyTotal Apart => MoneyTotal.Max(Recorded - Invoiced, Invoiced - Recorded);

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

    /// <summary>A difference in percent of a whole, to four decimals; null of nothing.</summary>
    public static decimal? PercentOf(MoneyTotal difference, MoneyTotal whole)
    {
        if (whole == MoneyTotal.Zero)
        {
            return null;
        }

        // In ten-thousandths of a percent, rounded half away from zero; what an invoice of a nano-dollar makes of it may be more than a decimal holds.
        var (share, rest) = Int128.DivRem(difference.NanoUsd * Scale, whole.NanoUsd);
        share += Int128.Abs(rest) * 2 >= Int128.Abs(whole.NanoUsd) ? Int128.Sign(difference.NanoUsd) * Int128.Sign(whole.NanoUsd) : 0;
        return (decimal)Int128.Clamp(share, (Int128)decimal.MinValue, (Int128)decimal.MaxValue) / PerPercent;
    }
}

internal static class InvoiceRules
{
    private const int MaxLines = 1_000;

    /// <summary>An invoice: there, not too long, each line with a model and an amount.</summary>
    public static void Invoice<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IEnumerable<InvoiceLine>?>> invoice)
    {
        // Not the lines of one that is too long.
        validator.ClassLevelCascadeMode = CascadeMode.Stop;
        validator.RuleFor(invoice).NotNull().Must(lines => lines is null || lines.Count() <= MaxLines)
            .WithMessage($"'{{PropertyName}}' has at most {MaxLines} items.");
        validator.RuleForEach(invoice!).NotNull().ChildRules(line =>
        {
            line.RuleFor(item => item.Model!).Line(Agent.ModelLength);
            line.RuleFor(item => item.CostUsd).NotNull().Usd();
        });
    }
}
