using Entourage.Application.Ledger;
using Entourage.Domain.Stops;

namespace Entourage.Infrastructure.Ledger;

/// <content>Kills and pauses.</content>
internal sealed partial class SqliteLedger
{
    public Task<IReadOnlyList<LedgerWorker>> FindWorkersAsync(IReadOnlyCollection<long> sessionIds)
    {
        var found = new List<LedgerWorker>(sessionIds.Count);
        foreach (var id in sessionIds)
        {
            Prepare(LedgerStopSql.SelectWorkers + "= @session").Bind("@session", id).ReadAll(LedgerStopSql.ReadWorker, found);
        }

        return Task.FromResult<IReadOnlyList<LedgerWorker>>(found);
    }

    public Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id)
    {
        var found = new List<LedgerSession>();
        var statement = scope == PauseScope.Team
            ? Prepare(LedgerSql.SelectSession + LedgerStopSql.IsActiveInTeam).Bind("@team", id)
            : Prepare(LedgerSql.SelectSession + LedgerStopSql.IsActiveInOrganisation).Bind("@organisation", id);
        statement.ReadAll(LedgerSql.ReadSession, found);
        return Task.FromResult<IReadOnlyList<LedgerSession>>(found);
    }

    public Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        var statement = scope switch
        {
            PauseScope.Agent => LedgerStopSql.SelectAgentPause,
            PauseScope.Team => LedgerStopSql.SelectTeamPause,
            _ => LedgerStopSql.SelectOrganisationPause,
        };
        return Task.FromResult(Prepare(statement).Bind("@id", id).ReadFirst(row => LedgerStopSql.ReadPause(row)!));
    }

    public Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId)
    {
        var found = new List<Guid>();
        Prepare(LedgerStopSql.SelectTeams).Bind("@organisation", organisationId).ReadAll(row => row.Id(), found);
        return Task.FromResult<IReadOnlyList<Guid>>(found);
    }

    private void Write(PauseChange change)
    {
        var statement = change.Scope switch
        {
            PauseScope.Agent => LedgerStopSql.PauseAgent,
            PauseScope.Team => LedgerStopSql.PauseTeam,
            _ => LedgerStopSql.PauseOrganisation,
        };
        Prepare(statement)
            .Bind("@id", change.Id)
            .Bind("@paused", change.After?.PausedAt)
            .Bind("@reason", change.After?.Reason)
            .Bind("@expires", change.After?.ExpiresAt)
            .Bind("@by", change.After?.By)
            .Bind("@released", change.After?.ReservationsReleased)
            .Write();
    }
}
