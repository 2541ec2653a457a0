using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Entourage.Domain;

namespace Entourage.Gateway.Formats;

/// <summary>
/// Meters an answer in JSON or in server-sent events, whichever it turns out to be, and withholds events that the client did not ask for. Events are
/// read whole and up to a bound, other JSON as it arrives.
/// </summary>
/// <typeparam name="TField">The fields to read.</typeparam>
internal abstract class AnswerMeter<TField> : UsageMeter
    where TField : struct
{
    private static readonly SearchValues<byte> Ignored = SearchValues.Create([0x20, 0x09, 0x0D, 0x0A, 0xEF, 0xBB, 0xBF]);

    private readonly JsonFieldReader<TField> json;
    private readonly EventStreamReader events = new();
    private readonly bool withholds;
    private ArrayBufferWriter<byte> held = new();
    private bool hasWithheldLast;
    private bool passesEvent;
    private AnswerKind kind;

    /// <summary>Creates the meter.</summary>
    /// <param name="paths">The paths of the fields.</param>
    /// <param name="withholds">Whether events may have to be withheld.</param>
    protected AnswerMeter(JsonPathTree<TField> paths, bool withholds)
    {
        json = new(paths, Take);
        this.withholds = withholds;
    }

    private enum AnswerKind
    {
        Unknown,
        Json,
        Events,
    }

    /// <summary>Whether the answer consists of events.</summary>
    protected bool HasEvents => kind == AnswerKind.Events;

    /// <inheritdoc/>
    public sealed override bool IsBetweenEvents => kind switch
    {
        AnswerKind.Unknown => true,
        AnswerKind.Events => withholds ? !passesEvent : events.IsBetweenEvents,
        _ => false,
    };

    /// <inheritdoc/>
    public sealed override ReadOnlyMemory<byte> Pass(ReadOnlyMemory<byte> bytes)
    {
        var start = kind == AnswerKind.Unknown ? Recognise(bytes.Span) : 0;
        switch (kind)
        {
            case AnswerKind.Json:
                json.Read(bytes.Span[start..]);
                EndPart(json.IsComplete);
                return bytes;
            case AnswerKind.Events when withholds:
                return PassRequested(bytes.Span, start);
            case AnswerKind.Events:
                while (events.Next(bytes.Span, ref start))
                {
                    ReadEvent();
                }

                return bytes;
            default:
                return bytes;
        }
    }

    /// <inheritdoc/>
    public sealed override ReadOnlyMemory<byte> End()
    {
        var rest = held.WrittenMemory;
        var isWithheld = kind == AnswerKind.Events && events.End() && ReadEvent();
        held = new();
        return isWithheld ? default : rest;
    }

    /// <summary>Takes a token of a field.</summary>
    protected abstract void Take(TField field, JsonTokenType type, ReadOnlySpan<byte> text, long length);

    /// <summary>Ends an event, or a part of an answer in JSON.</summary>
    /// <param name="isWhole">Whether the text of it has ended as JSON must.</param>
    /// <returns>Whether the client did not ask for the event.</returns>
    protected abstract bool EndPart(bool isWhole);

    /// <summary>Reads a count of tokens, 0 to the largest that a usage may state; null for anything else than a number.</summary>
    protected static long? CountOf(JsonTokenType type, ReadOnlySpan<byte> text) =>
        type != JsonTokenType.Number ? null
        : Utf8Parser.TryParse(text, out long count, out var consumed) && consumed == text.Length ? Math.Clamp(count, 0, TokenCounts.LargestInput)
        : Utf8Parser.TryParse(text, out double number, out consumed) && consumed == text.Length && !double.IsNaN(number)
            ? (long)Math.Ceiling(Math.Clamp(number, 0, TokenCounts.LargestInput))
            : null;

    /// <summary>Limits a sum of counts to the largest that a usage may state.</summary>
    protected static long Limited(long count) => Math.Min(count, TokenCounts.LargestInput);

    /// <summary>Reads a short text; null for anything else.</summary>
    protected static string? TextOf(JsonTokenType type, ReadOnlySpan<byte> text) =>
        type == JsonTokenType.String && !text.IsEmpty ? Encoding.UTF8.GetString(text) : null;

    // An event starts with the name of a field or with a colon. White space and a byte order mark may come before either.
    private int Recognise(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOfAnyExcept(Ignored);
        if (start >= 0)
        {
            kind = bytes[start] is (byte)'{' or (byte)'[' ? AnswerKind.Json : AnswerKind.Events;
        }

        return start;
    }

    private bool ReadEvent()
    {
        if (events.Data.IsEmpty)
        {
            return false;
        }

        json.Reset();
        json.Read(events.Data);
        return EndPart(json.IsComplete);
    }

    // An event that has not ended is kept back, because only its data show whether it is withheld.
    private ReadOnlyMemory<byte> PassRequested(ReadOnlySpan<byte> bytes, int position)
    {
        var output = new ArrayBufferWriter<byte>(held.WrittenCount + bytes.Length + 1);
        var from = 0;
        if (held.WrittenCount == 0)
        {
            // A line feed that was cut from the end of the event before shares its fate.
            events.SkipLineFeed(bytes, ref position);
            output.Write(hasWithheldLast ? default : bytes[..position]);
            from = position;
        }

        while (events.Next(bytes, ref position))
        {
            hasWithheldLast = ReadEvent() && !passesEvent;
            passesEvent = false;
            if (!hasWithheldLast)
            {
                output.Write(held.WrittenSpan);
                output.Write(bytes[from..position]);
            }

            held.ResetWrittenCount();
            from = position;
        }

        held.Write(bytes[from..]);
        passesEvent |= events.IsSkipping || held.WrittenCount > EventStreamReader.MaxEventBytes;
        if (passesEvent)
        {
            // Too large to be an event that is withheld.
            hasWithheldLast = false;
            output.Write(held.WrittenSpan);
            held = new();
        }

        return output.WrittenMemory;
    }
}
