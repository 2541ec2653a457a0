using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.HumanRequests;

/// <summary>Lists the human requests of a team or of all teams of an organisation, newest first. An agent sees only its own. A search looks in questions and responses.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Status">Only requests with this status; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListHumanRequestsQuery(Audience Audience, HumanRequestStatus? Status, PageRequest Page) : IQuery<Page<HumanRequestResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.TeamId is { } team ? Permission.Agent(Resource.Team(team)) : Permission.Admin();
}

internal sealed class ListHumanRequestsValidator : ListValidator<ListHumanRequestsQuery>;

internal sealed class ListHumanRequestsHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListHumanRequestsQuery, Page<HumanRequestResponse>>
{
    public async Task<Page<HumanRequestResponse>> Handle(ListHumanRequestsQuery request, CancellationToken cancellationToken)
    {
        var organisation = await db.FindOrganisationOfAsync(request.Audience, cancellationToken);
        var own = callers.Current.AgentId;
        var order = new ListOrder<HumanRequest, HumanRequestRow>(request.Page, ListDirection.Descending).By(asked => asked.Sequence, row => row.Request.Sequence);
        var teams = db.Teams.Where(team => team.OrganisationId == organisation).Select(team => team.Id);
        var asked = request.Audience.TeamId is { } teamId
            ? db.HumanRequests.Where(asked => asked.TeamId == teamId)
            : db.HumanRequests.Where(asked => teams.Contains(asked.TeamId));
        var found = asked.AsNoTracking()
            .Where(asked => own == null || asked.AgentId == own)
            .Where(asked => request.Status == null || asked.Status == request.Status)
            .Matching(request.Page, asked => asked.Question, asked => asked.Response);
        var page = order.ToPage(await order.Read(found).Select(HumanRequestRow.Projection(db)).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(row => row.ToResponse())], page.NextCursor);
    }
}
