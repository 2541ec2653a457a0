using System.Buffers.Binary;
using System.Text;

namespace Entourage.Bench.Pages;

/// <summary>Writes messages to a hub, in the subset of MessagePack that it needs.</summary>
internal static class HubWriter
{
    private const int InvocationType = 1;
    private const int PingType = 6;

    /// <summary>A ping message.</summary>
    public static byte[] Ping { get; } = Frame([0x91, PingType]);

    /// <summary>Writes a method call.</summary>
    /// <param name="id">The id that the answer refers to; null if no answer is expected.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Strings, integers, booleans and nulls.</param>
    public static byte[] Call(string? id, string method, params IReadOnlyList<object?> arguments)
    {
        var body = new List<byte> { 0x96, InvocationType, 0x80 };
        Write(body, id);
        Write(body, method);
        body.Add((byte)(0x90 | arguments.Count));
        foreach (var argument in arguments)
        {
            Write(body, argument);
        }

        // An empty list of stream ids.
        body.Add(0x90);
        return Frame([.. body]);
    }

    private static void Write(List<byte> body, object? value)
    {
        switch (value)
        {
            case null:
                body.Add(0xC0);
                break;
            case bool truth:
                body.Add((byte)(truth ? 0xC3 : 0xC2));
                break;
            case long number:
                body.Add(0xD3);
                var eight = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(eight, number);
                body.AddRange(eight);
                break;
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text);
                body.Add(0xDB);
                var four = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(four, bytes.Length);
                body.AddRange(four);
                body.AddRange(bytes);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} cannot be sent.", nameof(value));
        }
    }

    /// <summary>Prefixes a message with its length, as a variable-length integer with seven bits per byte, lowest first.</summary>
    private static byte[] Frame(byte[] body)
    {
        var length = new List<byte>();
        var left = body.Length;
        for (; left > 0x7F; left >>= 7)
        {
            length.Add((byte)(0x80 | (left & 0x7F)));
        }

        length.Add((byte)left);
        return [.. length, .. body];
    }
}
