namespace Entourage.Application.Access;

/// <summary>The team or the organisation that a report is about.</summary>
/// <param name="Id">The team or the organisation.</param>
/// <param name="IsTeam">Whether it is a team.</param>
public readonly record struct ReportSubject(Guid Id, bool IsTeam)
{
    /// <summary>A team, whose leads may read the report.</summary>
    public static ReportSubject Team(Guid id) => new(id, IsTeam: true);

    /// <summary>An organisation, whose report only admins may read.</summary>
    public static ReportSubject Organisation(Guid id) => new(id, IsTeam: false);

    /// <summary>The permission that a request about it requires.</summary>
    public Permission RequiredPermission() => IsTeam ? Permission.Lead(Resource.Team(Id)) : Permission.Admin();
}
