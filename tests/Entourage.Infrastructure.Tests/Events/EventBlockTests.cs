using System.Text;
using Entourage.Application.Events;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Events;

namespace Entourage.Infrastructure.Tests.Events;

/// <summary>Blocks of events that subscribers at different positions share.</summary>
internal sealed class EventBlockTests
{
    private static readonly Guid Agent = Guid.Parse("00000000-0000-7000-8000-000000000001");
    private static readonly Guid Colleague = Guid.Parse("00000000-0000-7000-8000-000000000002");

    private readonly EventBlock block = new(new(
        [Event(EventKind.Usage, 11, Agent), Event(EventKind.Settings, 6, null), Event(EventKind.Usage, 14, Colleague)],
        new(10, 5),
        new(20, 6),
        HasMore: false));

    [Test]
    public void A_subscriber_of_the_team_receives_every_event_with_the_position_after_it() =>
        Assert.That(Ids(new(10, 5), null), Is.EqualTo(new[] { "u11-e5", "u11-e6", "u14-e6" }));

    [Test]
    public void Subscribers_of_the_team_share_one_list() =>
        Assert.That(block.After(new(10, 5), null).Equals(block.After(new(9, 5), null)), Is.True);

    [Test]
    public void A_subscriber_that_is_ahead_in_one_list_receives_the_rest_with_its_own_positions() =>
        Assert.That(Ids(new(12, 5), null), Is.EqualTo(new[] { "u12-e6", "u14-e6" }));

    [Test]
    public void A_subscriber_of_an_agent_receives_the_events_of_the_agent_and_of_the_whole_team() =>
        Assert.That(Ids(new(10, 5), Agent), Is.EqualTo(new[] { "u11-e5", "u11-e6" }));

    [Test]
    public void The_size_covers_the_text_of_all_events() =>
        Assert.That(block.Bytes, Is.GreaterThan(block.After(default, null).ToArray().Sum(item => item.Message.Json.Length)));

    [Test]
    public void The_data_of_an_event_is_a_part_of_its_json()
    {
        var message = Event(EventKind.Usage, 11, Agent);
        Assert.That(Encoding.UTF8.GetString(message.Data.Span), Is.EqualTo("{\"text\":\"ü\"}"));
        Assert.That(Encoding.UTF8.GetString(message.Json.Span), Is.EqualTo(
            "{\"type\":\"usage\",\"id\":\"00000000-0000-0000-0000-000000000000\",\"timestamp\":\"2026-06-10T12:00:00Z\","
            + "\"team_id\":\"00000000-0000-0000-0000-000000000000\",\"agent_id\":\"00000000-0000-7000-8000-000000000001\",\"session_id\":7,\"data\":{\"text\":\"ü\"}}"));
    }

    private static EventMessage Event(EventKind kind, long sequence, Guid? agentId) => new(
        sequence, kind, Guid.Empty, Guid.Empty, agentId, sessionId: 7, new DateTimeOffset(2026, 6, 10, 12, 0, 0, TimeSpan.Zero), "{\"text\":\"ü\"}");

    private string[] Ids(EventPosition after, Guid? agentId) =>
        [.. block.After(after, agentId).ToArray().Select(item => item.Position.ToString())];
}
