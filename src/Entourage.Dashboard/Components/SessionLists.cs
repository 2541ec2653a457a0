using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Domain.Teams;

namespace Entourage.Dashboard.Components;

/// <summary>Creates queries of sessions.</summary>
internal static class SessionLists
{
    /// <summary>Returns the query of a page of the sessions of a team or an organisation.</summary>
    public static ListSessionsQuery QueryOf(
        Audience subject, SessionFilter filter, PageRequest page, SessionSort sort = SessionSort.Started) => subject.IsTeam
        ? new ListTeamSessionsQuery(subject.Id) { Filter = filter, Page = page, Sort = sort }
        : new ListOrganisationSessionsQuery(subject.Id) { Filter = filter, Page = page, Sort = sort };
}
