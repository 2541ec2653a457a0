using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>Lists the models whose usage waits for a price, the most used first.</summary>
public sealed record ListUnpricedModelsQuery : IQuery<IReadOnlyList<UnpricedModelResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>A model whose usage waits for a price.</summary>
/// <param name="Model">The model.</param>
/// <param name="Usages">The number of usages that are priced when the model gets a price.</param>
public sealed record UnpricedModelResponse(string Model, int Usages);

internal sealed class ListUnpricedModelsHandler(IEntourageDb db) : IRequestHandler<ListUnpricedModelsQuery, IReadOnlyList<UnpricedModelResponse>>
{
    private const int MaxModels = 100;

    public async Task<IReadOnlyList<UnpricedModelResponse>> Handle(ListUnpricedModelsQuery request, CancellationToken cancellationToken)
    {
        var models = await db.UsageRecords
            .Where(record => (record.CostSource == CostSource.Unpriced || record.CostSource == CostSource.Assumed)
                && record.Model != ""
                && !db.UsageRecords.Any(correction => correction.Corrects == record.Sequence))
            .GroupBy(record => record.Model)
            .Select(usages => new { Model = usages.Key, Count = usages.Count() })
            .OrderByDescending(model => model.Count)
            .ThenBy(model => model.Model)
            .Take(MaxModels)
            .ToListAsync(cancellationToken);
        return [.. models.Select(model => new UnpricedModelResponse(model.Model, model.Count))];
    }
}
