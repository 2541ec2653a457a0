using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Budgets;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>
/// Lists budgets: first the caps in the settings, from the widest scope to the narrowest, and then the budgets of their own, the oldest first. An admin sees
/// all of them, a lead those of its team. A search looks in names and in what the budgets match.
/// </summary>
/// <param name="OrganisationId">Only budgets of this organisation and its teams; null for all.</param>
/// <param name="TeamId">Only budgets of this team; null for all.</param>
/// <param name="Scope">Only budgets of this scope; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListBudgetDetailsQuery(Guid? OrganisationId, Guid? TeamId, BudgetScope? Scope, PageRequest Page)
    : IQuery<Page<BudgetDetailsResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(TeamId is { } team ? Resource.Team(team) : OrganisationId is { } organisation ? Resource.Organisation(organisation) : null);
}

internal sealed class ListBudgetDetailsValidator : ListValidator<ListBudgetDetailsQuery>;

internal sealed class ListBudgetDetailsHandler(IEntourageDb db, CallerContext callers, TimeProvider time)
    : IRequestHandler<ListBudgetDetailsQuery, Page<BudgetDetailsResponse>>
{
    // The caps of agents and tasks are found with their teams, so all must be of the same moment.
    public Task<Page<BudgetDetailsResponse>> Handle(ListBudgetDetailsQuery request, CancellationToken cancellationToken) =>
        db.InSnapshotAsync(inTransaction => ReadAsync(request, inTransaction), cancellationToken);

    private async Task<Page<BudgetDetailsResponse>> ReadAsync(ListBudgetDetailsQuery request, CancellationToken cancellationToken)
    {
        await EnsureScopeExistsAsync(request, cancellationToken);
        var teamId = request.TeamId ?? (callers.Current.IsAdmin ? null : callers.Current.TeamId);
        var all = await new BudgetDefinitions(db).ListAsync(request.OrganisationId, teamId, cancellationToken);
        var found = all.Where(budget => (request.Scope is null || budget.Response.Scope == request.Scope) && Matches(budget, request.Page.SearchText));
        var (after, descends) = (request.Page.AfterName, request.Page.Direction == ListDirection.Descending);
        found = descends
            ? found.Where(budget => after is null || string.CompareOrdinal(budget.Order, after) < 0).OrderByDescending(budget => budget.Order, StringComparer.Ordinal)
            : found.Where(budget => after is null || string.CompareOrdinal(budget.Order, after) > 0).OrderBy(budget => budget.Order, StringComparer.Ordinal);
        if (after is not null && !BudgetDefinition.IsOrder(after))
        {
            throw PageRequest.UnknownCursor();
        }

        var page = request.Page.Of([.. found.Take(request.Page.Limit + 1)], budget => budget.Order);
        return new(await new BudgetFigures(db, time.GetUtcNow()).ReadAsync(page.Items, withItems: false, cancellationToken), page.NextCursor);
    }

    private async Task EnsureScopeExistsAsync(ListBudgetDetailsQuery request, CancellationToken cancellationToken)
    {
        if (request.OrganisationId is { } organisationId)
        {
            // If the request names a team as well, the permission check covered only the team.
            if (!callers.Current.IsAdmin && callers.Current.OrganisationId != organisationId)
            {
                throw new NotFoundException("organisation", organisationId);
            }

            await db.Organisations.GetAsync(organisationId, "organisation", cancellationToken);
        }

        if (request.TeamId is { } teamId)
        {
            await db.Teams.GetAsync(teamId, "team", cancellationToken);
        }
    }

    private static bool Matches(BudgetDefinition budget, string? search) => search is null
        || Contains(budget.Response.Name, search) || Contains(budget.OwnerName, search) || Contains(budget.Response.Match, search)
        || Contains(budget.Response.Setting, search) || budget.Response.Id == search.TrimStart('#');

    private static bool Contains(string? text, string search) => text?.Contains(search, StringComparison.OrdinalIgnoreCase) == true;
}
