using System.Buffers.Binary;

namespace Entourage.Api.Tests.Ledger;

/// <summary>The write-ahead log of an SQLite file: a header, then frames of a frame header and a page each.</summary>
internal static class WriteAheadLog
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;

    /// <summary>Simulates a torn write: garbage follows the last complete frame and must be ignored.</summary>
    public static void Damage(string path, string tail)
    {
        var log = File.ReadAllBytes(path);
        var frameSize = FrameHeaderSize + (int)BinaryPrimitives.ReadUInt32BigEndian(log.AsSpan(8));

        // Frames of the current pass through the log carry the salts of its header. Older frames may follow.
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
