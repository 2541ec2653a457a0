using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The reservations, each with the limits that apply to it.</summary>
internal static class ReservationSql
{
    /// <summary>It ends at its expiry, unless it ends before.</summary>
    public const string Lapses = "r.EndedAt IS NULL AND r.IsHeld = 0";

    public const string IsExpired = $"{Lapses} AND r.ExpiresAt <= @now AND r.OrganisationId ";

    public const string IsLiveInSession = "r.EndedAt IS NULL AND r.SessionId ";

    private static readonly Column<Guid> Id = Column.Id("Id");
    private static readonly Column<long> SessionId = Column.Int64("SessionId");
    private static readonly Column<Guid> OrganisationId = Column.Id("OrganisationId");
    private static readonly Column<Money> Amount = Column.Amount("Amount");
    private static readonly Column<long> Tokens = Column.Int64("Tokens");
    private static readonly Column<string> Model = Column.Text("Model", Agent.ModelLength);
    private static readonly Column<LabelSet> Labels = Column.Labels();
    private static readonly Column<bool> IsAssumed = Column.Flag("IsAssumed");
    private static readonly Column<bool> IsHeld = Column.Flag("IsHeld");
    private static readonly Column<DateTimeOffset> CreatedAt = Column.Instant("CreatedAt");
    private static readonly Column<DateTimeOffset> ExpiresAt = Column.Instant("ExpiresAt");
    private static readonly Column<byte> Status = Column.Byte("Status");
    private static readonly Column<DateTimeOffset?> EndedAt = Column.OptionalInstant("EndedAt");

    private static readonly SelectList List = new();
    private static readonly Fields Row = new(List);

    private static readonly RowBinding<Reservation> New = new()
    {
        { Id, reservation => reservation.Id },
        { SessionId, reservation => reservation.SessionId },
        { OrganisationId, reservation => reservation.OrganisationId },
        { Amount, reservation => reservation.Amount },
        { Tokens, reservation => reservation.Tokens },
        { Model, reservation => reservation.Model },
        { Labels, reservation => reservation.Labels },
        { IsAssumed, reservation => reservation.IsAssumed },
        { IsHeld, reservation => reservation.IsHeld },
        { CreatedAt, reservation => reservation.CreatedAt },
        { ExpiresAt, reservation => reservation.ExpiresAt },
        { Status, reservation => (byte)reservation.Status },
        { EndedAt, reservation => reservation.EndedAt },
    };

    /// <summary>To be followed by a condition.</summary>
    public static readonly string Select = $"SELECT {List} FROM Reservations r JOIN Sessions s ON s.Id = r.SessionId {SessionSql.JoinPolicy} WHERE ";

    /// <summary>When the next reservation of an organisation lapses; null for none.</summary>
    public static readonly string SelectNextExpiry =
        $"SELECT MIN({ExpiresAt.Name}) FROM Reservations r WHERE {Lapses} AND {OrganisationId.Name} = @organisation";

    public static readonly RowStatement<Reservation> Insert = RowStatement<Reservation>.Insert("Reservations", New);

    /// <summary>Changes a reservation, unless it has changed since it was read. It ends once (rule 7).</summary>
    public static readonly RowStatement<ReservationChange> Update = RowStatement<ReservationChange>.Update(
        "Reservations",
        $"{ExpiresAt.Equality}, {Status.Equality}, {EndedAt.Equality}",
        $"{Id.Equality} AND {EndedAt.Name} IS NULL AND {ExpiresAt.Before.Equality}",
        new()
        {
            { Id, change => change.After.Id },
            { ExpiresAt, change => change.After.ExpiresAt },
            { Status, change => (byte)change.After.Status },
            { EndedAt, change => change.After.EndedAt },
            { ExpiresAt.Before, change => change.Before.ExpiresAt },
        });

    public static LedgerReservation Read(SqlRow row) => Row.Read(row);

    private sealed class Fields(SelectList list)
    {
        private readonly Field<Guid> id = list.Add("r", Id);
        private readonly Field<long> sessionId = list.Add("r", SessionId);
        private readonly Field<Guid> organisationId = list.Add("r", OrganisationId);
        private readonly Field<Money> amount = list.Add("r", Amount);
        private readonly Field<long> tokens = list.Add("r", Tokens);
        private readonly Field<string> model = list.Add("r", Model);
        private readonly Field<LabelSet> labels = list.Add("r", Labels);
        private readonly Field<bool> isAssumed = list.Add("r", IsAssumed);
        private readonly Field<bool> isHeld = list.Add("r", IsHeld);
        private readonly Field<DateTimeOffset> createdAt = list.Add("r", CreatedAt);
        private readonly Field<DateTimeOffset> expiresAt = list.Add("r", ExpiresAt);
        private readonly Field<byte> status = list.Add("r", Status);
        private readonly Field<DateTimeOffset?> endedAt = list.Add("r", EndedAt);
        private readonly Field<string?> sessionModel = list.Add("s", Column.OptionalText("Model", Agent.ModelLength));
        private readonly Field<LabelSet> sessionLabels = list.Add("s", Column.Labels());
        private readonly Field<string> ancestors = list.Add("s", Column.AsciiText("Ancestors", Column.Unlimited));
        private readonly TaskFields task = new(list);
        private readonly PolicyFields policy = new(list);

        public LedgerReservation Read(SqlRow row)
        {
            var reservation = new Reservation
            {
                Id = id.Of(row),
                SessionId = sessionId.Of(row),
                OrganisationId = organisationId.Of(row),
                Amount = amount.Of(row),
                Tokens = tokens.Of(row),
                Model = model.Of(row),
                Labels = labels.Of(row),
                IsAssumed = isAssumed.Of(row),
                IsHeld = isHeld.Of(row),
                CreatedAt = createdAt.Of(row),
                ExpiresAt = expiresAt.Of(row),
                Status = (ReservationStatus)status.Of(row),
                EndedAt = endedAt.Of(row),
            };
            return LedgerReservation.Of(
                reservation,
                policy.Read(row) with
                {
                    Task = task.Read(row),
                    SessionPath = SessionPath.Of(reservation.SessionId, ancestors.Of(row)),
                    Model = sessionModel.Of(row) ?? "",
                    Labels = sessionLabels.Of(row),
                });
        }
    }
}
