using System.Buffers.Binary;

namespace Entourage.Bench.Pages;

/// <summary>Reads messages from a hub, in the subset of MessagePack that it uses.</summary>
internal ref struct HubReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Whether there is another message.</summary>
    public readonly bool IsEmpty => rest.IsEmpty;

    /// <summary>Reads the next of several messages that arrived together.</summary>
    public HubReader ReadMessage()
    {
        var (length, shift) = (0, 0);
        byte part;
        do
        {
            part = Take(1)[0];
            length |= (part & 0x7F) << shift;
            shift += 7;
        }
        while ((part & 0x80) != 0);

        return new(Take(length));
    }

    /// <summary>Reads the number of items that follow.</summary>
    public int ReadArray() => Take(1)[0] switch
    {
        var tag and >= 0x90 and <= 0x9F => tag & 0x0F,
        0xDC => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        0xDD => checked((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4))),
        var tag => throw Unexpected(tag),
    };

    /// <summary>Reads an integer of any size.</summary>
    public long ReadInteger() => Take(1)[0] switch
    {
        var tag and <= 0x7F => tag,
        var tag and >= 0xE0 => (sbyte)tag,
        0xCC => Take(1)[0],
        0xCD => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        0xCE => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        0xCF => checked((long)BinaryPrimitives.ReadUInt64BigEndian(Take(8))),
        0xD0 => (sbyte)Take(1)[0],
        0xD1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        0xD2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        0xD3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        var tag => throw Unexpected(tag),
    };

    /// <summary>Reads a string or bytes; empty for nil.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(1)[0] switch
    {
        var tag and >= 0xA0 and <= 0xBF => Take(tag & 0x1F),
        0xC0 => [],
        0xC4 or 0xD9 => Take(Take(1)[0]),
        0xC5 or 0xDA => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
        0xC6 or 0xDB => Take(checked((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4)))),
        var tag => throw Unexpected(tag),
    };

    /// <summary>Skips the headers, which are always empty.</summary>
    public void SkipHeaders()
    {
        if (Take(1)[0] is var tag && tag != 0x80)
        {
            throw Unexpected(tag);
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static InvalidDataException Unexpected(byte tag) => new($"The hub sent 0x{tag:X2} unexpectedly.");
}
