using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>Reads prices from the store.</summary>
public static class StoredPrices
{
    /// <summary>Creates the refusal of work on a model without a price, for teams that chose to refuse it.</summary>
    public static RuleViolationException Refused(string model) =>
        new("unpriced-model", $"The model '{model}' has no price, and the team refuses models without a price. Ask an admin to set a price for it.", "Model");

    /// <summary>Creates the refusal of a call in a service tier without a price, which may cost more than the standard one.</summary>
    public static RuleViolationException Refused(string model, string tier) => new(
        "unpriced-model",
        $"The service tier '{tier}' of '{model}' has no price. Leave the tier out, or ask an admin to set a price for '{ServiceTier.NameOf(PriceCatalogue.ModelOf(model), tier)}'.",
        "Model");

    /// <summary>Reads the prices of an organisation, or the prices that apply to all.</summary>
    internal static async Task<PriceList> ReadPricesAsync(this IEntourageDb db, Guid? organisationId, CancellationToken cancellationToken) =>
        new(await db.Prices.AsNoTracking()
            .Where(price => price.OrganisationId == null || price.OrganisationId == organisationId)
            .ToListAsync(cancellationToken));
}
