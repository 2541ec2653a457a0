using System.Text;
using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class EventStreamReaderTests
{
    [TestCase("data: a\n\ndata: b\n\n", "a|b")]
    [TestCase("data:a\r\n\r\n", "a")]
    [TestCase("data:  a\r\r", " a")]
    [TestCase("data: a\ndata: b\n\n", "a\nb")]
    [TestCase("data\ndata:\ndata: b\n\n", "\n\nb")]
    [TestCase(": comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", "a")]
    [TestCase("database: a\n\n", "")]
    [TestCase("data : a\n\n", "")]
    [TestCase("\n\n: keep-alive\n\ndata: a\n\n", "|||a")]
    [TestCase("data: a", "a")]
    [TestCase("data: a\n", "a")]
    public void Data_of_events_is_read(string stream, string expected) => Assert.That(
        string.Join('|', Events(new(), stream)).TrimStart('|'), Is.EqualTo(expected.TrimStart('|')));

    [Test]
    public void Event_beyond_the_bound_is_skipped_and_the_next_is_read()
    {
        var events = Events(new(maxEventBytes: 10), "data: 12345678901\n\ndata: a\n\ndata: 12345\ndata: 67890\n\ndata: b\n\n:" + new string('x', 100) + "\n\ndata: c\n\n");
        Assert.That(events, Is.EqualTo(new[] { "", "a", "", "b", "", "c" }));
    }

    [Test]
    public void Event_that_is_too_large_to_meter_is_passed_on()
    {
        var meter = OpenAi.Meter(Chat("""{"model":"m","stream":true}"""), true);
        var large = Encoding.UTF8.GetBytes("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1},\"x\":\"" + new string('x', EventStreamReader.MaxEventBytes) + "\"}\n\n");
        var stream = (byte[])[.. large, .. Encoding.UTF8.GetBytes("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2}}\n\ndata: [DONE]\n\n")];
        var passed = PassAll(meter, stream, 100, 5_000_000, 8_000_000);
        Assert.That(
            (passed.AsSpan(0, large.Length).SequenceEqual(large), Encoding.UTF8.GetString(passed[large.Length..]), meter.Usage?.Counts.Input),
            Is.EqualTo((true, "data: [DONE]\n\n", 2L)));
    }

    private static List<string> Events(EventStreamReader reader, string stream)
    {
        var (bytes, position, events) = (Encoding.UTF8.GetBytes(stream), 0, new List<string>());
        while (reader.Next(bytes, ref position))
        {
            events.Add(Encoding.UTF8.GetString(reader.Data));
        }

        if (reader.End())
        {
            events.Add(Encoding.UTF8.GetString(reader.Data));
        }

        return events;
    }
}
