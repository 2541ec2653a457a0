using System.Buffers.Binary;

namespace Entourage.Api.Tests.Ledger;

/// <summary>The write-ahead log of an SQLite file: a header, and then frames of a header and a page each.</summary>
internal static class WriteAheadLog
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;

    /// <summary>Leaves it as a crash may that tears a write: what comes after the last frame that was written whole is not to be read.</summary>
    public static void Damage(string path, string tail)
    {
        var log = File.ReadAllBytes(path);
        var frameSize = FrameHeaderSize + (int)BinaryPrimitives.ReadUInt32BigEndian(log.AsSpan(8));

        // Frames of this turn through the log bear the numbers of its header; older ones may follow them.
        var numbers = log.AsSpan(16, 8).ToArray();
        var end = HeaderSize;
        while (end + frameSize <= log.Length && log.AsSpan(end + 8, 8).SequenceEqual(numbers))
        {
            end += frameSize;
        }

        Assert.That(end, Is.GreaterThan(HeaderSize), "the log has frames");
        var last = log.AsSpan(end - frameSize, frameSize).ToArray();
        byte[] damage = tail switch
        {
            "noise" => Noise(3 * frameSize),
            "half a frame" => last[..(frameSize / 2)],
            _ => [.. last[..FrameHeaderSize], .. Noise(frameSize - FrameHeaderSize)],
        };
        File.WriteAllBytes(path, [.. log[..end], .. damage]);
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        return noise;
    }
}
