using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.HumanRequests;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.HumanRequests;

/// <summary>Lists the human requests of a team, newest first. An agent sees only its own.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Status">Only requests with this status; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListHumanRequestsQuery(Guid TeamId, HumanRequestStatus? Status, PageRequest Page) : IQuery<Page<HumanRequestResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(TeamId));
}

internal sealed class ListHumanRequestsValidator : AbstractValidator<ListHumanRequestsQuery>
{
    public ListHumanRequestsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListHumanRequestsHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListHumanRequestsQuery, Page<HumanRequestResponse>>
{
    public async Task<Page<HumanRequestResponse>> Handle(ListHumanRequestsQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var own = callers.Current.AgentId;
        var rows = await db.HumanRequests.AsNoTracking()
            .Where(asked => asked.TeamId == team.Id)
            .Where(asked => own == null || asked.AgentId == own)
            .Where(asked => request.Status == null || asked.Status == request.Status)
            .Where(asked => before == null || asked.Sequence < before)
            .OrderByDescending(asked => asked.Sequence)
            .Take(request.Page.Limit + 1)
            .Select(HumanRequestRow.Projection(db))
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(rows, row => row.Request.Sequence);
        return new([.. page.Items.Select(row => row.ToResponse())], page.NextCursor);
    }
}
