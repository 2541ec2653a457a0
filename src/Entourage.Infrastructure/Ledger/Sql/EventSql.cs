using Entourage.Domain.Events;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The events of teams.</summary>
internal static class EventSql
{
    private static readonly RowBinding<TeamEvent> New = new()
    {
        { Column.Id("Id"), item => item.Id },
        { Column.Id("TeamId"), item => item.TeamId },
        { Column.OptionalId("AgentId"), item => item.AgentId },
        { Column.OptionalInt64("SessionId"), item => item.SessionId },
        { Column.Byte("Kind"), item => (byte)item.Kind },
        { Column.Instant("OccurredAt"), item => item.OccurredAt },
        { Column.Text("Payload", Column.Unlimited), item => item.Payload },
    };

    public static readonly RowStatement<TeamEvent> Insert = RowStatement<TeamEvent>.Insert("Events", New);
}
