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

namespace Entourage.Application.Prices;

/// <summary>
/// Sets what a model costs from an instant on. Earlier prices stay, and so does what was priced by them; usage that waited for a
/// price is priced.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="OrganisationId">The organisation whose own price it is; null is everybody's.</param>
/// <param name="InputUsdPerMtok">USD for a million input tokens, cached ones not included.</param>
/// <param name="OutputUsdPerMtok">USD for a million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD for a million tokens read from the cache; null is not listed.</param>
/// <param name="CacheWriteUsdPerMtok">USD for a million tokens written to the cache for its default lifetime; null is not listed.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD for a million tokens written to the cache for an hour; null is not listed.</param>
/// <param name="LongContext">The rates for long prompts; null where these cost the same.</param>
/// <param name="BatchDiscountPercent">What the provider's batch API takes off, in percent; null is not listed.</param>
/// <param name="EffectiveFrom">From when on (UTC); when null, from now on, or since ever where the model had no price.</param>
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
    // As far as anybody knows a price ahead, and no further back than prices go.
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
            .WithMessage($"'{{PropertyName}}' must be from {ModelPrice.Ever.Year} to {LatestYear}.");
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

internal sealed class SetPriceHandler(IEntourageDb db, UnpricedUsage unpriced, AuditTrail audit, TimeProvider time)
    : IRequestHandler<SetPriceCommand, PriceResponse>
{
    public async Task<PriceResponse> Handle(SetPriceCommand request, CancellationToken cancellationToken)
    {
        var price = await db.InTransactionAsync(inTransaction => SetAsync(request, inTransaction), cancellationToken);
        await unpriced.ApplyPricesAsync(cancellationToken);
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

        await db.RenewPricesAsync(request.OrganisationId, cancellationToken);
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

        // Whatever would hold there without it, be it everybody's or built in. It has its number now.
        var before = known.Find(request.Model, price.EffectiveFrom);
        var subject = new AuditSubject(AuditSubjectKind.Price, price.Model, price.OrganisationId, TeamId: null);
        audit.Add(AuditAction.PriceSet, subject, before is null ? null : PriceResponse.From(before), PriceResponse.From(price));
        await db.SaveChangesAsync(cancellationToken);
        return price;
    }
}
