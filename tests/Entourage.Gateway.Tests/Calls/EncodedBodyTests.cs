using System.IO.Compression;
using System.Text;
using Entourage.Gateway.Calls;
using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Calls;

/// <summary>Compressed answers are metered beside the bytes that pass, whatever is wrong with them.</summary>
internal sealed class EncodedBodyTests
{
    private static readonly string[] Encodings = ["gzip", "deflate", "br"];

    private static readonly byte[] Events = Encoding.UTF8.GetBytes(
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":70,"output_tokens":1}}}

        event: content_block_delta
        data: {"type":"content_block_delta","delta":{"text":"0123456789"}}


        """);

    private static readonly byte[] Rest = Encoding.UTF8.GetBytes(
        """
        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

        event: message_stop
        data: {"type":"message_stop"}


        """);

    [TestCaseSource(nameof(Encodings))]
    public async Task Whole_answer_passes_unchanged_and_is_metered(string encoding)
    {
        var sent = Encode(encoding, Events, Rest);
        var (meter, passed, unread) = await PassAsync(encoding, sent);

        Assert.That((meter.IsFinal, meter.Usage!.Value.Counts.Output, unread), Is.EqualTo((true, 15, 0)));
        Assert.That(passed, Is.EqualTo(sent));
    }

    [TestCaseSource(nameof(Encodings))]
    public async Task Answer_that_breaks_off_is_metered_up_to_there(string encoding)
    {
        var whole = Encode(encoding, Events, Rest);
        var (meter, _, unread) = await PassAsync(encoding, whole[..(Encode(encoding, Events).Length + 1)]);

        Assert.That((meter.IsFinal, meter.Usage!.Value.Counts.Input, meter.OutputBytes, unread), Is.EqualTo((false, 70, 10, 0)));
    }

    [TestCaseSource(nameof(Encodings))]
    public async Task Answer_that_cannot_be_decoded_passes_unchanged_and_its_bytes_are_counted(string encoding)
    {
        byte[] sent = [.. Enumerable.Repeat((byte)0xFF, 5_000)];
        var (meter, passed, unread) = await PassAsync(encoding, sent);

        Assert.That((meter.IsFinal, meter.Usage, unread), Is.EqualTo((false, default(Domain.Prices.BilledTokens?), 5_000)));
        Assert.That(passed, Is.EqualTo(sent));
    }

    [TestCaseSource(nameof(Encodings))]
    public async Task Answer_that_is_damaged_in_the_middle_is_metered_up_to_there(string encoding)
    {
        byte[] sent = [.. Encode(encoding, Events), .. Enumerable.Repeat((byte)0xFF, 5_000)];
        var (meter, passed, unread) = await PassAsync(encoding, sent);

        Assert.That((meter.IsFinal, meter.OutputBytes), Is.EqualTo((false, 10)));
        Assert.That(unread, Is.InRange(4_000, 5_006));
        Assert.That(passed, Is.EqualTo(sent));
    }

    [Test]
    public async Task Answer_in_an_unknown_encoding_passes_unchanged_and_its_bytes_are_counted()
    {
        var (meter, passed, unread) = await PassAsync("zstd", Events);

        Assert.That((meter.IsFinal, meter.Usage, unread), Is.EqualTo((false, default(Domain.Prices.BilledTokens?), Events.Length)));
        Assert.That(passed, Is.EqualTo(Events));
    }

    [Test]
    public async Task Decompression_bomb_is_read_up_to_a_bound()
    {
        // A terabyte would take hours.
        var bomb = new Bomb();
        await using var body = new EncodedBody(Stream.Null, bomb, "br");
        foreach (var piece in BombOf(megabytes: 1_024).Chunk(100))
        {
            await body.WriteAsync(piece);
        }

        await body.EndAsync();

        Assert.That((bomb.Bytes, bomb.HasEnded), Is.EqualTo((EncodedBody.MaxDecoded, true)));
    }

    [Test]
    public async Task Client_gets_each_piece_before_the_next_arrives()
    {
        using var client = new MemoryStream();
        await using var body = new EncodedBody(client, Anthropic.Meter(Message("""{"model":"m"}"""), isStream: true), "gzip");
        var sent = Encode("gzip", Events, Rest);
        for (var i = 0; i < sent.Length; i++)
        {
            await body.WriteAsync(sent.AsMemory(i, 1));
            Assert.That(client.Length, Is.EqualTo(i + 1));
        }
    }

    // In the synchronization context of the test, which a server does not have, nothing would be decoded while it is written.
    private static Task<(UsageMeter Meter, byte[] Passed, long Unread)> PassAsync(string encoding, byte[] sent) => Task.Run(async () =>
    {
        using var client = new MemoryStream();
        var meter = Anthropic.Meter(Message("""{"model":"m"}"""), isStream: true);
        await using var body = new EncodedBody(client, meter, encoding);
        foreach (var piece in sent.Chunk(7))
        {
            await body.WriteAsync(piece);
        }

        await body.EndAsync();
        return (meter, client.ToArray(), body.UnreadBytes);
    });

    /// <summary>Compresses parts, each of which can be decoded as soon as it has arrived.</summary>
    private static byte[] Encode(string encoding, params IEnumerable<byte[]> parts)
    {
        using var packed = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            foreach (var part in parts)
            {
                encoder.Write(part);
                encoder.Flush();
            }

            if (parts.Count() == 1)
            {
                // Without the end of the compressed data.
                return packed.ToArray();
            }
        }

        return packed.ToArray();
    }

    private static byte[] BombOf(int megabytes)
    {
        using var packed = new MemoryStream();
        using (var encoder = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < megabytes; i++)
            {
                encoder.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Counts what it is shown.</summary>
    private sealed class Bomb : UsageMeter
    {
        public long Bytes { get; private set; }

        public bool HasEnded { get; private set; }

        public override bool IsBetweenEvents => false;

        public override ReadOnlyMemory<byte> Pass(ReadOnlyMemory<byte> bytes)
        {
            Bytes += bytes.Length;
            return bytes;
        }

        public override ReadOnlyMemory<byte> End()
        {
            HasEnded = true;
            return default;
        }
    }
}
