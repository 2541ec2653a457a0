using System.Buffers;

namespace Entourage.Gateway.Formats;

/// <summary>
/// Reads server-sent events that arrive in pieces, cut anywhere. Lines may end in CR, LF or both. Only the data of an event is read. An event that is
/// larger than a bound is skipped.
/// </summary>
/// <param name="maxEventBytes">The most bytes of data of an event, and of a line.</param>
internal sealed class EventStreamReader(int maxEventBytes = EventStreamReader.MaxEventBytes)
{
    /// <summary>The most bytes of an event that is read, 8 MiB.</summary>
    public const int MaxEventBytes = 8 * 1_024 * 1_024;

    // Buffers that grew beyond this are given up after the event.
    private const int KeptBytes = 65_536;

    private ArrayBufferWriter<byte> data = new();
    private ArrayBufferWriter<byte> line = new();
    private bool hasData;
    private bool isEmptyLine = true;
    private bool awaitsLineFeed;
    private bool isRead;

    /// <summary>The data of the event that <see cref="Next"/> has found; empty for comments and for an event that was skipped.</summary>
    public ReadOnlySpan<byte> Data => IsSkipping ? default : data.WrittenSpan;

    /// <summary>Whether all events that have begun have ended.</summary>
    public bool IsBetweenEvents { get; private set; } = true;

    /// <summary>Whether the event that is arriving is too large to be read.</summary>
    public bool IsSkipping { get; private set; }

    /// <summary>Skips the line feed that belongs to the end of the event before, if the two were cut apart.</summary>
    /// <param name="bytes">The bytes that have arrived.</param>
    /// <param name="position">The position in them, which moves on.</param>
    public void SkipLineFeed(ReadOnlySpan<byte> bytes, ref int position)
    {
        if (awaitsLineFeed && position < bytes.Length)
        {
            awaitsLineFeed = false;
            position += bytes[position] == (byte)'\n' ? 1 : 0;
        }
    }

    /// <summary>Reads up to the end of the next event.</summary>
    /// <param name="bytes">The bytes that have arrived.</param>
    /// <param name="position">The position in them, which moves on behind the blank line that ends the event.</param>
    /// <returns>False if the bytes end before an event does.</returns>
    public bool Next(ReadOnlySpan<byte> bytes, ref int position)
    {
        Clear();
        while (true)
        {
            SkipLineFeed(bytes, ref position);
            var rest = bytes[position..];
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                Keep(rest);
                position = bytes.Length;
                return false;
            }

            var wasEmpty = isEmptyLine && end == 0;
            EndLine(rest[..end]);
            position += end + 1;
            awaitsLineFeed = rest[end] == (byte)'\r';
            SkipLineFeed(bytes, ref position);
            if (wasEmpty)
            {
                isRead = IsBetweenEvents = true;
                return true;
            }
        }
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>Whether an event has data although no blank line ended it.</returns>
    public bool End()
    {
        Clear();
        EndLine(default);
        return hasData;
    }

    private void Clear()
    {
        if (isRead)
        {
            (isRead, hasData, IsSkipping) = (false, false, false);
            Empty(ref data);
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        isEmptyLine &= part.IsEmpty;
        IsBetweenEvents &= part.IsEmpty;
        if (!Fits(line.WrittenCount, part.Length))
        {
            return;
        }

        line.Write(part);
    }

    private void EndLine(ReadOnlySpan<byte> part)
    {
        IsBetweenEvents &= part.IsEmpty && line.WrittenCount == 0;
        if (line.WrittenCount == 0)
        {
            Take(part);
        }
        else
        {
            Keep(part);
            Take(line.WrittenSpan);
            Empty(ref line);
        }

        isEmptyLine = true;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var name = "data"u8;
        if (IsSkipping || !text.StartsWith(name) || (text.Length > name.Length && text[name.Length] != (byte)':'))
        {
            return;
        }

        text = text.Length == name.Length ? default : text[(name.Length + 1)..];
        text = !text.IsEmpty && text[0] == (byte)' ' ? text[1..] : text;
        if (!Fits(data.WrittenCount, text.Length + 1))
        {
            return;
        }

        if (hasData)
        {
            data.Write("\n"u8);
        }

        data.Write(text);
        hasData = true;
    }

    private bool Fits(int written, int more)
    {
        if (!IsSkipping && more <= maxEventBytes - written)
        {
            return true;
        }

        IsSkipping = true;
        Empty(ref data);
        Empty(ref line);
        return false;
    }

    private static void Empty(ref ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > KeptBytes)
        {
            buffer = new();
        }
        else
        {
            buffer.ResetWrittenCount();
        }
    }
}
