using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>The prices in the store.</summary>
public static class StoredPrices
{
    /// <summary>The refusal of work on a model without a price, where a team wants that.</summary>
    public static RuleViolationException Refused(string model) =>
        new("unpriced-model", $"The team refuses models without a price, and '{model}' has none.", "Model");

    /// <summary>The prices of an organisation, or everybody's.</summary>
    internal static async Task<PriceList> ReadPricesAsync(this IEntourageDb db, Guid? organisationId, CancellationToken cancellationToken) =>
        new(await db.Prices.AsNoTracking()
            .Where(price => price.OrganisationId == null || price.OrganisationId == organisationId)
            .ToListAsync(cancellationToken));

    /// <summary>
    /// Makes every replica read the prices of an organisation again, or everybody's, before its next transaction of the ledger, which
    /// waits for this one.
    /// </summary>
    internal static Task RenewPricesAsync(this IEntourageDb db, Guid? organisationId, CancellationToken cancellationToken) => db.Organisations
        .Where(organisation => organisationId == null || organisation.Id == organisationId)
        .ExecuteUpdateAsync(row => row.SetProperty(organisation => organisation.Version, organisation => organisation.Version + 1), cancellationToken);
}
