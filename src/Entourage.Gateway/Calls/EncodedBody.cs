using System.IO.Compression;
using System.IO.Pipelines;
using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Calls;

/// <summary>Passes a compressed answer on as it arrives, and shows the meter what it decodes to.</summary>
internal sealed class EncodedBody : MeteredBody
{
    /// <summary>The most decoded bytes that the meter is shown, 256 MiB. What follows is not decoded.</summary>
    /// <remarks>It takes about a second to read. The largest answers are embeddings, of which 2,048 have 130 MB.</remarks>
    public const long MaxDecoded = 268_435_456;

    private const int BufferBytes = 16_384;

    // Inline: a piece has been decoded when the call that writes it returns, so that none waits in memory.
    private readonly Pipe pipe = new(new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly Task decoding;
    private bool isDecoded;
    private long unread;

    /// <summary>Creates the body.</summary>
    /// <param name="client">The body of the answer to the client.</param>
    /// <param name="meter">The meter.</param>
    /// <param name="encoding">The encoding: gzip, deflate or br. Answers in others pass unread.</param>
    public EncodedBody(Stream client, UsageMeter meter, string encoding)
        : base(client, meter) => decoding = DecodeAsync(encoding);

    /// <inheritdoc/>
    public override long UnreadBytes => unread;

    /// <inheritdoc/>
    public override bool IsBetweenEvents => false;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!decoding.IsCompleted)
        {
            await pipe.Writer.WriteAsync(buffer, CancellationToken.None);
        }

        if (decoding.IsCompleted && !isDecoded)
        {
            unread += buffer.Length;
        }

        await Client.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task EndAsync()
    {
        await pipe.Writer.CompleteAsync();
        await decoding;
        Meter.End();
    }

    private async Task DecodeAsync(string encoding)
    {
        try
        {
            await using var encoded = pipe.Reader.AsStream(leaveOpen: true);
            await using Stream? decoder = encoding.ToUpperInvariant() switch
            {
                "GZIP" or "X-GZIP" => new GZipStream(encoded, CompressionMode.Decompress),
                "DEFLATE" => new ZLibStream(encoded, CompressionMode.Decompress),
                "BR" => new BrotliStream(encoded, CompressionMode.Decompress),
                _ => null,
            };
            var buffer = new byte[BufferBytes];
            for (var left = MaxDecoded; left > 0 && decoder is not null;)
            {
                var length = await decoder.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, BufferBytes)));
                if (length == 0)
                {
                    isDecoded = true;
                    break;
                }

                Meter.Pass(buffer.AsMemory(0, length));
                left -= length;
            }
        }
        catch (Exception)
        {
            // Each decoder has exceptions of its own for data that are damaged. The meter has what could be read.
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
        }
    }
}
