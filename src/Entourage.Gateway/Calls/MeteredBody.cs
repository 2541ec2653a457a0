using System.IO.Compression;
using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Calls;

/// <summary>Passes an answer on to the client as it arrives, and shows it to the meter.</summary>
/// <param name="client">The body of the answer to the client.</param>
/// <param name="meter">The meter.</param>
internal class MeteredBody(Stream client, UsageMeter meter) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    protected Stream Client => client;

    protected UsageMeter Meter => meter;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var passed = meter.Pass(buffer);
        if (passed.Length > 0)
        {
            await client.WriteAsync(passed, cancellationToken);
        }
    }

    /// <summary>Ends the answer. The client may have gone.</summary>
    public virtual async Task EndAsync()
    {
        var rest = meter.End();
        if (rest.Length > 0)
        {
            await client.WriteAsync(rest);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Passes a compressed answer on as it arrives, keeps a copy, and shows it to the meter at the end.</summary>
/// <param name="client">The body of the answer to the client.</param>
/// <param name="meter">The meter.</param>
/// <param name="encoding">The encoding: gzip, deflate or br.</param>
internal sealed class EncodedBody(Stream client, UsageMeter meter, string encoding) : MeteredBody(client, meter)
{
    // The usage of a longer answer is estimated.
    private const int MaxCopy = 33_554_432;
    private const int BufferBytes = 16_384;

    private readonly MemoryStream copy = new();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (copy.Length + buffer.Length <= MaxCopy)
        {
            copy.Write(buffer.Span);
        }

        await Client.WriteAsync(buffer, cancellationToken);
    }

    public override async Task EndAsync()
    {
        copy.Position = 0;
        await using Stream? decoded = encoding.ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(copy, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(copy, CompressionMode.Decompress),
            "BR" => new BrotliStream(copy, CompressionMode.Decompress),
            _ => null,
        };
        try
        {
            var buffer = new byte[BufferBytes];
            while (decoded is not null && await decoded.ReadAsync(buffer) is > 0 and var length)
            {
                Meter.Pass(buffer.AsMemory(0, length));
            }
        }
        catch (InvalidDataException)
        {
            // The answer broke off. The meter has what could be read.
        }

        Meter.End();
    }
}
