using System.Buffers;
using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Entourage.Infrastructure.Persistence.Converters;

/// <summary>Stores a long text as UTF-8 that is compressed with Brotli at its fastest level.</summary>
internal sealed class CompressedTextConverter() : ValueConverter<string, byte[]>(text => Compress(text), bytes => Decompress(bytes))
{
    /// <summary>The greatest length of a text, in bytes. It bounds the memory that a damaged or forged value takes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const int FastestQuality = 1;
    private const int DefaultWindow = 22;
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Compresses a text.</summary>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxBytes"/>.</exception>
    public static byte[] Compress(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > MaxBytes)
        {
            throw new ArgumentException($"The text has {length} bytes. The limit is {MaxBytes}.", nameof(text));
        }

        var plain = ArrayPool<byte>.Shared.Rent(length);
        var compressed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(length));
        try
        {
            Encoding.UTF8.GetBytes(text, plain);
            return BrotliEncoder.TryCompress(plain.AsSpan(0, length), compressed, out var written, FastestQuality, DefaultWindow)
                ? compressed[..written]
                : throw new InvalidOperationException("The text could not be compressed.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    /// <summary>Decompresses a text.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a compressed text, or it is longer than <see cref="MaxBytes"/>.</exception>
    public static string Decompress(byte[] compressed)
    {
        var output = new ArrayBufferWriter<byte>(FirstBuffer);
        using var decoder = new BrotliDecoder();
        var input = compressed.AsSpan();
        while (true)
        {
            var status = decoder.Decompress(input, output.GetSpan(FirstBuffer), out var read, out var written);
            output.Advance(written);
            input = input[read..];
            if (output.WrittenCount > MaxBytes || status is OperationStatus.InvalidData or OperationStatus.NeedMoreData)
            {
                throw new InvalidDataException("A stored text is damaged or too long.");
            }

            if (status == OperationStatus.Done)
            {
                return Encoding.UTF8.GetString(output.WrittenSpan);
            }
        }
    }
}
