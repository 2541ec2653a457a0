using System.Buffers.Text;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>Reads one HTTP/1.1 response as it arrives, with <c>Content-Length</c> or in chunks, and decodes it in place.</summary>
internal sealed class ResponseReader
{
    private byte[] buffer = new byte[16 * 1_024];
    private int received;
    private int bodyStart;
    private int bodyEnd;
    private int chunkStart;
    private int contentLength;
    private bool chunked;

    /// <summary>The free space for the next bytes from the socket.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (received == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }

            return buffer.AsMemory(received);
        }
    }

    /// <summary>The status of a complete response.</summary>
    public int Status { get; private set; }

    /// <summary>The body of a complete response, valid until the next one begins.</summary>
    public ReadOnlyMemory<byte> Body => buffer.AsMemory(bodyStart..bodyEnd);

    /// <summary>Whether a part of the body has arrived.</summary>
    public bool HasBody => bodyStart > 0 && received > bodyStart;

    /// <summary>Starts the next response.</summary>
    public void Reset() => (received, bodyStart, bodyEnd, chunkStart, contentLength, chunked) = (0, 0, 0, 0, 0, false);

    /// <summary>Processes bytes that were written to <see cref="Free"/>.</summary>
    /// <returns>Whether the response is complete.</returns>
    public bool Advance(int count)
    {
        received += count;
        if (bodyStart == 0 && !ReadHead())
        {
            return false;
        }

        if (chunked)
        {
            return ReadChunks();
        }

        bodyEnd = bodyStart + contentLength;
        return received >= bodyEnd;
    }

    private bool ReadHead()
    {
        var head = buffer.AsSpan(0, received);
        var length = head.IndexOf("\r\n\r\n"u8);
        if (length < 0)
        {
            return false;
        }

        head = head[..length];
        Status = Number(head["HTTP/1.1 ".Length..], 'D');
        bodyStart = bodyEnd = chunkStart = length + 4;
        for (var end = head.IndexOf("\r\n"u8); end >= 0; end = head.IndexOf("\r\n"u8))
        {
            head = head[(end + 2)..];
            if (IsNamed(head, "Content-Length: "u8))
            {
                contentLength = Number(head["Content-Length: ".Length..], 'D');
            }
            else if (IsNamed(head, "Transfer-Encoding: chunked"u8))
            {
                chunked = true;
            }
        }

        return true;
    }

    // Each chunk is moved to the end of the previous one. Without trailers, the empty chunk is the last.
    private bool ReadChunks()
    {
        while (true)
        {
            var rest = buffer.AsSpan(chunkStart..received);
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return false;
            }

            var (start, size) = (line + 2, Number(rest, 'X'));
            if (rest.Length < start + size + 2)
            {
                return false;
            }

            rest.Slice(start, size).CopyTo(buffer.AsSpan(bodyEnd));
            bodyEnd += size;
            chunkStart += start + size + 2;
            if (size == 0)
            {
                return true;
            }
        }
    }

    private static bool IsNamed(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start) =>
        line.Length >= start.Length && Ascii.EqualsIgnoreCase(line[..start.Length], start);

    private static int Number(ReadOnlySpan<byte> text, char format) => Utf8Parser.TryParse(text, out int number, out _, format)
        ? number
        : throw new InvalidDataException($"Not a valid HTTP number: {Encoding.ASCII.GetString(text[..Math.Min(text.Length, 20)])}");
}
