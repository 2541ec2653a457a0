using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The pauses and archive marks of agents, teams and organisations, which are columns of their rows.</summary>
internal static class PauseSql
{
    private static readonly Column<Guid> Id = Column.Id("Id");
    private static readonly Column<DateTimeOffset?> PausedAt = Column.OptionalInstant("PausedAt");
    private static readonly Column<string?> Reason = Column.OptionalText("PauseReason", Pause.ReasonLength);
    private static readonly Column<DateTimeOffset?> ExpiresAt = Column.OptionalInstant("PauseExpiresAt");
    private static readonly Column<string?> By = Column.OptionalText("PausedBy", Pause.ActorLength);
    private static readonly Column<int?> Released = Column.OptionalInt32("PauseReleased");
    private static readonly Column<DateTimeOffset?> ArchivedAt = Column.OptionalInstant("ArchivedAt");

    private static readonly RowBinding<PauseChange> Binding = new()
    {
        { Id, change => change.Id },
        { PausedAt, change => change.Pause?.PausedAt },
        { Reason, change => change.Pause?.Reason },
        { ExpiresAt, change => change.Pause?.ExpiresAt },
        { By, change => change.Pause?.By },
        { Released, change => change.Pause?.ReservationsReleased },
        { ArchivedAt, change => change.ArchivedAt },
    };

    public static readonly RowStatement<PauseChange> UpdateAgent = Update("Agents");

    public static readonly RowStatement<PauseChange> UpdateTeam = Update("Teams");

    public static readonly RowStatement<PauseChange> UpdateOrganisation = Update("Organisations");

    private static readonly SelectList List = new();
    private static readonly Fields Row = new(List, "x");

    public static readonly string SelectOfAgent = $"SELECT {List} FROM Agents x WHERE x.Id = @id";

    public static readonly string SelectOfTeam = $"SELECT {List} FROM Teams x WHERE x.Id = @id";

    public static readonly string SelectOfOrganisation = $"SELECT {List} FROM Organisations x WHERE x.Id = @id";

    public static Pause? Read(SqlRow row) => Row.Read(row);

    private static RowStatement<PauseChange> Update(string table) => RowStatement<PauseChange>.Update(
        table, $"{PausedAt.Equality}, {Reason.Equality}, {ExpiresAt.Equality}, {By.Equality}, {Released.Equality}, {ArchivedAt.Equality}", Id.Equality, Binding);

    /// <summary>A pause in a row of a query.</summary>
    internal sealed class Fields(SelectList list, string alias)
    {
        private readonly Field<DateTimeOffset?> pausedAt = list.Add(alias, PausedAt);
        private readonly Field<string?> reason = list.Add(alias, Reason);
        private readonly Field<DateTimeOffset?> expiresAt = list.Add(alias, ExpiresAt);
        private readonly Field<string?> by = list.Add(alias, By);
        private readonly Field<int?> released = list.Add(alias, Released);
        private readonly Field<DateTimeOffset?> archivedAt = list.Add(alias, ArchivedAt);

        public Pause? Read(SqlRow row) => Pause.WithArchive(ReadPause(row), archivedAt.Of(row));

        private Pause? ReadPause(SqlRow row) => pausedAt.Of(row) is { } at
            ? new()
            {
                PausedAt = at,
                Reason = reason.Of(row)!,
                ExpiresAt = expiresAt.Of(row),
                By = by.Of(row),
                ReservationsReleased = released.Of(row)!.Value,
            }
            : null;
    }

    /// <summary>The pauses of an organisation, a team and an agent, which a query joins as o, t and a.</summary>
    internal sealed class AllFields(SelectList list)
    {
        private readonly Fields organisation = new(list, "o");
        private readonly Fields team = new(list, "t");
        private readonly Fields agent = new(list, "a");

        public LedgerPauses Read(SqlRow row) => new(organisation.Read(row), team.Read(row), agent.Read(row));
    }
}

/// <summary>The agents of sessions, with their pauses.</summary>
internal static class WorkerSql
{
    private static readonly SelectList List = new();
    private static readonly Field<long> SessionId = List.Add("s", Column.Int64("Id"));
    private static readonly Field<Guid> AgentId = List.Add("a", Column.Id("Id"));
    private static readonly PauseSql.Fields Pause = new(List, "a");

    /// <summary>To be followed by a comparison of the session's id.</summary>
    public static readonly string Select = $"SELECT {List} FROM Sessions s JOIN Agents a ON a.Id = s.AgentId WHERE s.Id ";

    public static SessionAgent Read(SqlRow row) => new(SessionId.Of(row), AgentId.Of(row), Pause.Read(row));
}

/// <summary>The teams of an organisation.</summary>
internal static class TeamSql
{
    private static readonly SelectList List = new();
    private static readonly Field<Guid> Id = List.Add("t", Column.Id("Id"));

    public static readonly string Select = $"SELECT {List} FROM Teams t WHERE t.OrganisationId = @organisation";

    public static Guid Read(SqlRow row) => Id.Of(row);
}

/// <summary>The present and former teams of an agent.</summary>
internal static class AgentTeamsSql
{
    private static readonly SelectList List = new();
    private static readonly Field<Guid> TeamId = List.Add("a", Column.Id("TeamId"));
    private static readonly Field<string> Former = List.Add("a", Column.Text("FormerTeams", Column.Unlimited));

    public static readonly string Select = $"SELECT {List} FROM Agents a WHERE a.Id = @agent";

    public static IReadOnlyList<Guid> Read(SqlRow row) => [TeamId.Of(row), .. JsonSerializer.Deserialize<Guid[]>(Former.Of(row))!];
}
