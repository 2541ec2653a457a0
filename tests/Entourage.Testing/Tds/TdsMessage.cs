using System.Buffers.Binary;
using System.Text;

namespace Entourage.Testing.Tds;

/// <summary>The kinds of message that matter to tests of the Tabular Data Stream, SQL Server's protocol (MS-TDS).</summary>
public enum TdsKind
{
    /// <summary>The client opens a connection.</summary>
    Prelogin,

    /// <summary>The client logs in.</summary>
    Login,

    /// <summary>A text of statements without parameters.</summary>
    Batch,

    /// <summary>A call of a procedure, such as <c>sp_executesql</c> with a statement and its parameters.</summary>
    Call,

    /// <summary>Begins a transaction.</summary>
    Begin,

    /// <summary>Commits a transaction.</summary>
    Commit,

    /// <summary>Rolls a transaction back.</summary>
    Rollback,

    /// <summary>Cancels the request in progress.</summary>
    Attention,

    /// <summary>Anything else, such as a savepoint.</summary>
    Other,
}

/// <summary>A message of one or more packets from a client or a server.</summary>
/// <param name="Type">The type byte of its packets.</param>
/// <param name="Payload">The content without the headers of the packets.</param>
public sealed record TdsMessage(byte Type, byte[] Payload)
{
    /// <summary>The type of each answer.</summary>
    public const byte Answer = 4;

    private const int HeaderLength = 8;
    private const int PacketLength = 4096;
    private const byte EndOfMessage = 1;

    // The option of a pre-login message that negotiates encryption, and the value for "cannot".
    private const byte EncryptionOption = 1;
    private const byte NoEncryption = 2;

    /// <summary>What the client wants.</summary>
    public TdsKind Kind => Type switch
    {
        1 => TdsKind.Batch,
        3 => TdsKind.Call,
        6 => TdsKind.Attention,
        14 => TransactionKind(),
        16 => TdsKind.Login,
        18 => TdsKind.Prelogin,
        _ => TdsKind.Other,
    };

    /// <summary>Reads a message; null at the end of the stream.</summary>
    /// <exception cref="IOException">The stream ends inside a message.</exception>
    public static async Task<TdsMessage?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = new byte[HeaderLength];
        using var payload = new MemoryStream();
        while (true)
        {
            if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) < HeaderLength)
            {
                return payload.Length == 0 ? null : throw new EndOfStreamException();
            }

            var content = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderLength];
            await stream.ReadExactlyAsync(content, cancellationToken);
            payload.Write(content);
            if ((header[1] & EndOfMessage) != 0)
            {
                return new(header[0], payload.ToArray()) { Status = header[1] };
            }
        }
    }

    // The status also says whether the server resets the session first, as for a connection from a pool.
    private byte Status { get; init; } = EndOfMessage;

    /// <summary>Writes the message, in packets of the default size.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        const int ContentLength = PacketLength - HeaderLength;
        byte number = 1;
        var written = 0;
        do
        {
            var content = Payload.AsMemory(written, Math.Min(ContentLength, Payload.Length - written));
            var packet = new byte[HeaderLength + content.Length];
            written += content.Length;
            packet[0] = Type;
            packet[1] = (byte)(written == Payload.Length ? Status : Status & ~EndOfMessage);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[6] = number++;
            content.CopyTo(packet.AsMemory(HeaderLength));
            await stream.WriteAsync(packet, cancellationToken);
        }
        while (written < Payload.Length);
    }

    /// <summary>Whether a batch or call contains a text, in any position, case-sensitively.</summary>
    public bool Contains(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Payload.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
    }

    /// <summary>The same pre-login message of a client that cannot encrypt, so that a proxy can read what follows.</summary>
    internal TdsMessage WithoutEncryption()
    {
        var changed = (byte[])Payload.Clone();
        for (var i = 0; changed[i] != 0xFF; i += 5)
        {
            if (changed[i] == EncryptionOption)
            {
                changed[BinaryPrimitives.ReadUInt16BigEndian(changed.AsSpan(i + 1))] = NoEncryption;
            }
        }

        return this with { Payload = changed };
    }

    private TdsKind TransactionKind()
    {
        // The length of all headers, then the request.
        var headers = (int)BinaryPrimitives.ReadUInt32LittleEndian(Payload);
        return BinaryPrimitives.ReadUInt16LittleEndian(Payload.AsSpan(headers)) switch
        {
            5 => TdsKind.Begin,
            7 => TdsKind.Commit,
            8 => TdsKind.Rollback,
            _ => TdsKind.Other,
        };
    }
}
