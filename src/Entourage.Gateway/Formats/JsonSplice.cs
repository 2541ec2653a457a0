using System.Text;
using System.Text.Json;

namespace Entourage.Gateway.Formats;

/// <summary>Replaces and inserts values in a JSON text, and keeps every other byte.</summary>
/// <param name="json">The text.</param>
internal sealed class JsonSplice(ReadOnlyMemory<byte> json)
{
    private readonly List<(int Start, int End, byte[] Text)> edits = [];

    /// <summary>Encodes a text as a JSON string.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>Replaces a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="text">The JSON to write in its place.</param>
    public void Replace(JsonValue value, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!json.Span[value.Start..value.End].SequenceEqual(bytes))
        {
            edits.Add((value.Start, value.End, bytes));
        }
    }

    /// <summary>Replaces the value of a member, or inserts the member at the front.</summary>
    /// <param name="target">The object.</param>
    /// <param name="name">The name, which needs no escapes.</param>
    /// <param name="text">The JSON of the value.</param>
    public void Set(JsonObjectIndex target, string name, string text)
    {
        if (target.Find(name) is { } value)
        {
            Replace(value, text);
            return;
        }

        var member = $"\"{name}\":{text}";
        var isFirst = !edits.Exists(edit => edit.Start == target.Start && edit.End == target.Start);
        edits.Add((target.Start, target.Start, Encoding.UTF8.GetBytes(!target.IsEmpty ? member + "," : isFirst ? member : "," + member)));
    }

    /// <summary>Returns the edited text; the same memory if nothing was changed.</summary>
    public ReadOnlyMemory<byte> Apply()
    {
        if (edits.Count == 0)
        {
            return json;
        }

        var result = new byte[json.Length + edits.Sum(edit => edit.Text.Length - (edit.End - edit.Start))];
        var (from, to) = (0, 0);
        foreach (var (start, end, text) in edits.OrderBy(edit => edit.Start))
        {
            Append(json.Span[from..start]);
            Append(text);
            from = end;
        }

        Append(json.Span[from..]);
        return result;

        void Append(ReadOnlySpan<byte> part)
        {
            part.CopyTo(result.AsSpan(to));
            to += part.Length;
        }
    }
}
