using System.Data.Common;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Audit;
using Entourage.Domain.Prices;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entourage.Application.Prices;

/// <summary>
/// Sets the price of a model from an instant on. Earlier prices and the usage priced by them stay as they are. Usage that waits for a price is
/// priced.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="OrganisationId">The organisation of the price; null if it applies to all organisations.</param>
/// <param name="InputUsdPerMtok">USD per million input tokens, excluding cached ones.</param>
/// <param name="OutputUsdPerMtok">USD per million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD per million cache-read tokens; null if unknown.</param>
/// <param name="CacheWriteUsdPerMtok">USD per million tokens written to the cache for the default lifetime; null if unknown.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD per million tokens written to the cache for an hour; null if unknown.</param>
/// <param name="LongContext">The rates for long prompts; null if they cost the same.</param>
/// <param name="BatchDiscountPercent">The discount of the provider's batch API, in percent; null if unknown.</param>
/// <param name="EffectiveFrom">When the price takes effect (UTC). If null, now, or without a start for a model that has no price yet.</param>
public sealed record SetPriceCommand(
    string Model,
    Guid? OrganisationId,
    Money? InputUsdPerMtok,
    Money? OutputUsdPerMtok,
    Money? CacheReadUsdPerMtok,
    Money? CacheWriteUsdPerMtok,
    Money? LongCacheWriteUsdPerMtok,
    LongContextPrice? LongContext,
    int? BatchDiscountPercent,
    DateTimeOffset? EffectiveFrom) : ILedgerCommand<PriceResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class SetPriceValidator : AbstractValidator<SetPriceCommand>
{
    // Nobody knows prices further ahead. The earliest year is the start of all prices.
    private const int LatestYear = 2100;

    public SetPriceValidator()
    {
        RuleFor(command => command.Model).Line(Agent.ModelLength);
        RuleFor(command => command.InputUsdPerMtok).NotNull().Usd();
        RuleFor(command => command.OutputUsdPerMtok).NotNull().Usd();
        RuleFor(command => command.CacheReadUsdPerMtok).Usd();
        RuleFor(command => command.CacheWriteUsdPerMtok).Usd();
        RuleFor(command => command.LongCacheWriteUsdPerMtok).Usd().OverridePropertyName("cache_write_1h_usd_per_mtok");
        RuleFor(command => command.BatchDiscountPercent).InclusiveBetween(0, 100);
        RuleFor(command => command.EffectiveFrom)
            .Must(from => from is null || (from >= ModelPrice.Ever && from.Value.Year <= LatestYear))
            .WithMessage($"'{{PropertyName}}' must be in a year from {ModelPrice.Ever.Year} to {LatestYear}.");
        When(command => command.LongContext is not null, () =>
        {
            RuleFor(command => command.LongContext!.AboveInputTokens).NotNull().InclusiveBetween(1, TokenCounts.LargestInput);
            RuleFor(command => command.LongContext!.InputUsdPerMtok).NotNull().Usd();
            RuleFor(command => command.LongContext!.OutputUsdPerMtok).NotNull().Usd();
            RuleFor(command => command.LongContext!.CacheReadUsdPerMtok).Usd();
            RuleFor(command => command.LongContext!.CacheWriteUsdPerMtok).Usd();
            RuleFor(command => command.LongContext!.LongCacheWriteUsdPerMtok).Usd().OverridePropertyName("long_context.cache_write_1h_usd_per_mtok");
        });
    }
}

internal sealed class SetPriceHandler(IEntourageDb db, UsageRepricer repricer, AuditTrail audit, TimeProvider time)
    : IRequestHandler<SetPriceCommand, PriceResponse>
{
    public async Task<PriceResponse> Handle(SetPriceCommand request, CancellationToken cancellationToken)
    {
        var price = await db.InTransactionAsync(inTransaction => SetAsync(request, inTransaction), cancellationToken);
        try
        {
            await repricer.ApplyPricesAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or DbException or RetryLimitExceededException)
        {
            // The price is set, and an error would say that it is not. A job prices the usage within the hour.
        }

        return PriceResponse.From(price);
    }

    private async Task<ModelPrice> SetAsync(SetPriceCommand request, CancellationToken cancellationToken)
    {
        if (request.OrganisationId is { } organisationId)
        {
            await db.Organisations.AsNoTracking()
                .Where(organisation => organisation.Id == organisationId)
                .GetAsync(organisationId, "organisation", cancellationToken);
        }

        await db.RaiseVersionAsync(request.OrganisationId, cancellationToken);
        var known = await db.ReadPricesAsync(request.OrganisationId, cancellationToken);
        var now = time.GetUtcNow();
        var price = new ModelPrice
        {
            OrganisationId = request.OrganisationId,
            Model = ModelName.Normalise(request.Model),
            EffectiveFrom = request.EffectiveFrom ?? (known.History(request.Model).Count == 0 ? ModelPrice.Ever : now),
            Rates = new(
                request.InputUsdPerMtok!.Value,
                request.OutputUsdPerMtok!.Value,
                request.CacheReadUsdPerMtok,
                request.CacheWriteUsdPerMtok,
                request.LongCacheWriteUsdPerMtok),
            LongContextAbove = request.LongContext?.AboveInputTokens,
            LongContextRates = request.LongContext?.ToRates(),
            BatchDiscountPercent = request.BatchDiscountPercent,
            RecordedAt = now,
        };
        db.Prices.Add(price);
        await db.SaveChangesAsync(cancellationToken);

        // The price that would otherwise apply at that time, be it built in or set for all organisations. The first save assigned the new price's
        // number.
        var before = known.Find(request.Model, price.EffectiveFrom);
        var subject = new AuditSubject(AuditSubjectKind.Price, price.Model, price.OrganisationId, TeamId: null);
        audit.Add(AuditAction.PriceSet, subject, before is null ? null : PriceResponse.From(before), PriceResponse.From(price));
        await db.SaveChangesAsync(cancellationToken);
        return price;
    }
}
