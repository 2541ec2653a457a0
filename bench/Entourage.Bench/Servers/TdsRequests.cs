using System.Buffers.Binary;

namespace Entourage.Bench.Servers;

/// <summary>
/// Counts the requests in one direction of a connection that speaks TDS, SQL Server's protocol (MS-TDS). It reads only the headers of packets: type,
/// status and length.
/// </summary>
internal sealed class TdsRequests
{
    private const int HeaderLength = 8;
    private const int TlsHeaderLength = 5;
    private const byte EndOfMessage = 1;

    private readonly byte[] header = new byte[HeaderLength];
    private int headerLength;
    private int rest;

    /// <summary>Processes the next bytes of the stream, which may end anywhere.</summary>
    /// <returns>The number of requests that they complete, and the number of TLS records that they begin.</returns>
    public (int Requests, int EncryptedRecords) Read(ReadOnlySpan<byte> bytes)
    {
        var (requests, encrypted) = (0, 0);
        while (!bytes.IsEmpty)
        {
            if (rest > 0)
            {
                var skipped = Math.Min(rest, bytes.Length);
                rest -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            header[headerLength++] = bytes[0];
            bytes = bytes[1..];
            if (headerLength == TlsHeaderLength && IsTls)
            {
                (rest, headerLength) = (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3)), 0);
                encrypted++;
            }
            else if (headerLength == HeaderLength)
            {
                (rest, headerLength) = (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderLength, 0);
                requests += IsRequest && (header[1] & EndOfMessage) != 0 ? 1 : 0;
            }
        }

        return (requests, encrypted);
    }

    // No packet of TDS has these types, so a record of TLS, such as that of the login, is recognised.
    private bool IsTls => header[0] is >= 20 and <= 23 && header[1] == 3;

    // A batch of statements, a call, a bulk load, or the beginning or end of a transaction. Not a login or a cancellation.
    private bool IsRequest => header[0] is 1 or 3 or 7 or 14;
}
