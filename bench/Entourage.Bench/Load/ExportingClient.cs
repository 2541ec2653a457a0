using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>Sends call events as an exporter does, in protobuf. Each call has its own id and is sent once.</summary>
internal sealed class ExportingClient : IClient
{
    private const string Id = "0000000000000000";

    private readonly byte[] request;
    private readonly List<int> ids = [];
    private readonly int number;

    /// <summary>Prepares the request.</summary>
    /// <param name="agent">The agent that makes the calls.</param>
    /// <param name="number">The number of the client, which identifies its process.</param>
    /// <param name="now">The time of the calls (UTC).</param>
    public ExportingClient(Guid agent, int number, DateTimeOffset now)
    {
        this.number = number;
        var time = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(time, (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
        var cost = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(cost, (double)Requests.Cost);
        byte[] record =
        [
            0x09, .. time,
            .. Message(5, Text(1, "claude_code.api_request")),
            .. Attribute("event.name", Text(1, "api_request")),
            .. Attribute("session.id", Text(1, $"session-{number}")),
            .. Attribute("model", Text(1, "claude-sonnet-4-20250514")),
            .. Attribute("cost_usd", [0x21, .. cost]),
            .. Attribute("input_tokens", [0x18, .. Varint(2500)]),
            .. Attribute("output_tokens", [0x18, .. Varint(800)]),
            .. Attribute("request_id", Text(1, Id)),
        ];
        byte[] records = [.. Enumerable.Repeat(Message(2, record), Requests.BatchSize).SelectMany(bytes => bytes)];
        var resource = Message(1, Attribute(1, "entourage.agent_id", Text(1, agent.ToString())));
        var body = Message(1, [.. resource, .. Message(2, records)]);
        request = RawRequest.Post("/v1/logs", "application/x-protobuf", body);
        for (var at = request.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Id)); at >= 0;)
        {
            ids.Add(at);
            var next = request.AsSpan(at + Id.Length).IndexOf(Encoding.ASCII.GetBytes(Id));
            at = next < 0 ? -1 : at + Id.Length + next;
        }
    }

    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn)
    {
        for (var item = 0; item < ids.Count; item++)
        {
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number:x4}{turn:x8}{item:x4}"), request.AsSpan(ids[item]));
        }

        await connection.SendAsync(request, 200);
    }

    private static byte[] Attribute(string key, byte[] value) => Attribute(6, key, value);

    private static byte[] Attribute(int field, string key, byte[] value) => Message(field, [.. Text(1, key), .. Message(2, value)]);

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
