using System.Buffers;
using System.Text;
using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain.Events;

namespace Entourage.Infrastructure.Events;

/// <summary>A page as the text of server-sent events, written once for all watchers that are to have it.</summary>
internal sealed class EventBlock
{
    private readonly byte[] text;
    private readonly Piece[] pieces;

    private EventBlock(byte[] text, Piece[] pieces, EventPosition from, EventPosition to)
    {
        (this.text, this.pieces) = (text, pieces);
        (From, To) = (from, to);
    }

    /// <summary>The position that it comes after.</summary>
    public EventPosition From { get; }

    /// <summary>The position that it leads to.</summary>
    public EventPosition To { get; }

    /// <summary>Its length in bytes.</summary>
    public int Length => text.Length;

    public static EventBlock Of(EventPage page)
    {
        var buffer = new ArrayBufferWriter<byte>(512 * Math.Max(1, page.Messages.Count));
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        var pieces = new Piece[page.Messages.Count];
        var position = page.From;
        for (var i = 0; i < pieces.Length; i++)
        {
            var message = page.Messages[i];
            var isUsage = message.Kind == EventKind.Usage;
            position = isUsage ? position with { Usage = message.Sequence } : position with { Event = message.Sequence };
            WriteId(buffer, position);
            var body = buffer.WrittenCount;
            Write(buffer, $"event: {EnumNames.Of(message.Kind)}\ndata: ");
            message.WriteTo(json);
            json.Flush();
            json.Reset();
            Write(buffer, "\n\n");
            pieces[i] = new(isUsage, message.AgentId, position, body, buffer.WrittenCount);
        }

        return new(buffer.WrittenSpan.ToArray(), pieces, page.From, page.To);
    }

    /// <summary>What a watcher at a position is still to have of it, and what concerns its agent, if it watches for one.</summary>
    public ReadOnlyMemory<byte> After(EventPosition position, Guid? agentId)
    {
        if (agentId is null && position.IsWithin(From))
        {
            return text;
        }

        // Each piece gets an id anew: a watcher may be further in one of the two lists than those for whom it was written.
        var buffer = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        foreach (var piece in pieces)
        {
            var isNew = piece.IsUsage ? piece.Position.Usage > position.Usage : piece.Position.Event > position.Event;
            position = position.And(piece.Position);
            if (isNew && (agentId is null || piece.AgentId is null || piece.AgentId == agentId))
            {
                WriteId(buffer, position);
                buffer.Write(text.AsSpan(piece.Body, piece.End - piece.Body));
            }
        }

        return buffer.WrittenMemory;
    }

    /// <summary>What a watcher is sent when there is nothing to tell: where it is, so that it can go on from there.</summary>
    public static ReadOnlyMemory<byte> Beat(EventPosition position) => Encoding.UTF8.GetBytes($": \nid: {position}\n\n");

    private static void WriteId(ArrayBufferWriter<byte> buffer, EventPosition position) => Write(buffer, $"id: {position}\n");

    private static void Write(ArrayBufferWriter<byte> buffer, string line) => Encoding.UTF8.GetBytes(line, buffer);

    /// <summary>One event of the text.</summary>
    /// <param name="IsUsage">Which of the two lists it is of.</param>
    /// <param name="AgentId">The agent that it is about; null for all.</param>
    /// <param name="Position">Where a watcher is that has had it.</param>
    /// <param name="Body">Where it begins after its id.</param>
    /// <param name="End">Where it ends.</param>
    private readonly record struct Piece(bool IsUsage, Guid? AgentId, EventPosition Position, int Body, int End);
}
