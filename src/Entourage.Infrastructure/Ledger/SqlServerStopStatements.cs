using System.Data;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>The statements of kills and pauses.</content>
internal static partial class SqlServerStatements
{
    public static SqlCommand SelectActiveOfTeam(Guid teamId) => Single(
        LedgerSql.SelectSession + LedgerStopSql.IsActiveInTeam, row => row.Add("@team", SqlDbType.UniqueIdentifier, teamId));

    public static SqlCommand SelectActiveOfOrganisation(Guid organisationId) => Single(
        LedgerSql.SelectSession + LedgerStopSql.IsActiveInOrganisation, row => BindOrganisation(row, organisationId));

    public static SqlCommand SelectWorkers(IReadOnlyCollection<long> sessionIds) => Repeat(
        LedgerStopSql.SelectWorkers + "IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectAgentPause(Guid id) => Single(LedgerStopSql.SelectAgentPause, row => BindId(row, id));

    public static SqlCommand SelectTeamPause(Guid id) => Single(LedgerStopSql.SelectTeamPause, row => BindId(row, id));

    public static SqlCommand SelectOrganisationPause(Guid id) => Single(LedgerStopSql.SelectOrganisationPause, row => BindId(row, id));

    public static SqlCommand SelectTeams(Guid organisationId) => Single(LedgerStopSql.SelectTeams, row => BindOrganisation(row, organisationId));

    public static SqlCommand PauseAgents(IReadOnlyCollection<PauseChange> changes) => Repeat(LedgerStopSql.PauseAgent, changes, BindPause);

    public static SqlCommand PauseTeams(IReadOnlyCollection<PauseChange> changes) => Repeat(LedgerStopSql.PauseTeam, changes, BindPause);

    public static SqlCommand PauseOrganisations(IReadOnlyCollection<PauseChange> changes) =>
        Repeat(LedgerStopSql.PauseOrganisation, changes, BindPause);

    private static void BindId(Row row, Guid id) => row.Add("@id", SqlDbType.UniqueIdentifier, id);

    private static void BindPause(Row row, PauseChange change)
    {
        var pause = change.After;
        BindId(row, change.Id);
        row.Add("@paused", SqlDbType.DateTimeOffset, pause?.PausedAt);
        row.Add("@reason", SqlDbType.NVarChar, pause?.Reason, Pause.ReasonLength);
        row.Add("@expires", SqlDbType.DateTimeOffset, pause?.ExpiresAt);
        row.Add("@by", SqlDbType.NVarChar, pause?.By, Pause.ActorLength);
        row.Add("@released", SqlDbType.Int, pause?.ReservationsReleased);
    }
}
