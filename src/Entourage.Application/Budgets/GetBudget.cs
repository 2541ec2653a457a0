using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>Returns a budget with its current figures.</summary>
/// <param name="Id">The number of a budget of its own, or the id of a cap in the settings.</param>
public sealed record GetBudgetQuery(string Id) : IQuery<BudgetDetailsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => BudgetId.RequiredPermission(Id);
}

internal sealed class GetBudgetHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetBudgetQuery, BudgetDetailsResponse>
{
    public Task<BudgetDetailsResponse> Handle(GetBudgetQuery request, CancellationToken cancellationToken) => db.InSnapshotAsync(
        async inTransaction => await new BudgetFigures(db, time.GetUtcNow())
            .ReadAsync(await new BudgetDefinitions(db).GetAsync(request.Id, inTransaction), inTransaction),
        cancellationToken);
}
