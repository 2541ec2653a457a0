using Entourage.Application.Ledger;
using Entourage.Domain.Stops;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The statements of kills and pauses, which both databases understand, and how their rows are read.</summary>
internal static class LedgerStopSql
{
    /// <summary>The pauses of an organisation, a team and an agent that stand in a row as o, t and a.</summary>
    public const string Pauses =
        "o.PausedAt, o.PauseReason, o.PauseExpiresAt, o.PausedBy, o.PauseReleased, t.PausedAt, t.PauseReason, t.PauseExpiresAt, t.PausedBy, "
        + "t.PauseReleased, " + AgentsPause;

    private const string AgentsPause = "a.PausedAt, a.PauseReason, a.PauseExpiresAt, a.PausedBy, a.PauseReleased";

    private const string Pause = "SELECT PausedAt, PauseReason, PauseExpiresAt, PausedBy, PauseReleased FROM ";

    private const string SetPause =
        " SET PausedAt = @paused, PauseReason = @reason, PauseExpiresAt = @expires, PausedBy = @by, PauseReleased = @released WHERE Id = @id";

    public const string IsActiveInTeam = "s.EndedAt IS NULL AND s.TeamId = @team";

    public const string IsActiveInOrganisation = "s.EndedAt IS NULL AND t.OrganisationId = @organisation";

    /// <summary>Wants a comparison of the session after it.</summary>
    public const string SelectWorkers = "SELECT s.Id, a.Id, " + AgentsPause + " FROM Sessions s JOIN Agents a ON a.Id = s.AgentId WHERE s.Id ";

    public const string SelectAgentPause = Pause + "Agents WHERE Id = @id";

    public const string SelectTeamPause = Pause + "Teams WHERE Id = @id";

    public const string SelectOrganisationPause = Pause + "Organisations WHERE Id = @id";

    public const string SelectTeams = "SELECT Id FROM Teams WHERE OrganisationId = @organisation";

    public const string PauseAgent = "UPDATE Agents" + SetPause;

    public const string PauseTeam = "UPDATE Teams" + SetPause;

    public const string PauseOrganisation = "UPDATE Organisations" + SetPause;

    // Members are read in the order of the columns.
    public static LedgerPauses ReadPauses(LedgerRow row) => new(ReadPause(row), ReadPause(row), ReadPause(row));

    public static LedgerWorker ReadWorker(LedgerRow row) => new(row.Int64(), row.Id(), ReadPause(row));

    public static Pause? ReadPause(LedgerRow row) => row.Instant() is { } pausedAt
        ? new()
        {
            PausedAt = pausedAt,
            Reason = row.Text()!,
            ExpiresAt = row.Instant(),
            By = row.Text(),
            ReservationsReleased = row.Int32(),
        }
        : row.Skip<Pause>(4);
}
