using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Pricing;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Pricing;

/// <summary>
/// Adds the prices that came with the program and are not stored yet. Those of an earlier program stay: what was priced by them
/// names them.
/// </summary>
public sealed record PublishPricesCommand : ILedgerCommand<int>;

internal sealed class PublishPricesHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<PublishPricesCommand, int>
{
    public async Task<int> Handle(PublishPricesCommand request, CancellationToken cancellationToken)
    {
        if ((await FindMissingAsync(cancellationToken)).Count == 0)
        {
            // Nothing is written then: a store that cannot be written can still be read.
            return 0;
        }

        try
        {
            return await db.InTransactionAsync(PublishAsync, cancellationToken);
        }
        catch (DuplicateException)
        {
            // Another replica was first.
            return 0;
        }
    }

    private async Task<int> PublishAsync(CancellationToken cancellationToken)
    {
        await db.RenewPricesAsync(organisationId: null, cancellationToken);
        var missing = await FindMissingAsync(cancellationToken);
        db.Prices.AddRange(missing);
        await db.SaveChangesAsync(cancellationToken);
        return missing.Count;
    }

    private async Task<IReadOnlyList<ModelPrice>> FindMissingAsync(CancellationToken cancellationToken) => PriceCatalogue.MissingFrom(
        await db.Prices.AsNoTracking().Where(price => price.IsBuiltIn).ToListAsync(cancellationToken), time.GetUtcNow());
}
