using System.Text.Json;

namespace Entourage.Gateway.Formats;

/// <summary>Takes a token of a field.</summary>
/// <param name="field">The field.</param>
/// <param name="type">The token. Names are only reported within a subtree.</param>
/// <param name="text">The text of a name, string or number; empty if it is long or has escapes other than of punctuation.</param>
/// <param name="length">The length of a name or string (bytes of UTF-8, at most; an escape of a UTF-16 unit counts three).</param>
internal delegate void JsonFieldHandler<in TField>(TField field, JsonTokenType type, ReadOnlySpan<byte> text, long length)
    where TField : struct;

/// <summary>
/// Reads the fields of a JSON text that arrives in pieces, cut anywhere. It keeps no more than a short value, whatever the size of the text, and does
/// not validate: it stops reading where a text cannot be JSON, and never fails.
/// </summary>
/// <typeparam name="TField">The fields.</typeparam>
internal sealed class JsonFieldReader<TField>(JsonPathTree<TField> root, JsonFieldHandler<TField> handler)
    where TField : struct
{
    private const int MaxDepth = 512;
    private const int LongestValue = 256;
    private const int UnitEscapeDigits = 4;
    private const int UnitEscapeBytes = 3;

    private readonly List<(JsonPathTree<TField>? Path, bool IsArray)> containers = [];
    private readonly byte[] value = new byte[LongestValue];
    private int valueLength;
    private long length;
    private bool isTruncated;

    private Place place;
    private bool expectsName;
    private int escapeDigits;
    private JsonPathTree<TField>? member;

    private enum Place
    {
        Between,
        Name,
        Text,
        NameEscape,
        TextEscape,
        Literal,
        Broken,
    }

    /// <summary>Whether the outermost object or array has ended.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Prepares for another text.</summary>
    public void Reset()
    {
        containers.Clear();
        (place, expectsName, escapeDigits, member, IsComplete) = (Place.Between, false, 0, null, false);
    }

    /// <summary>Reads the next piece of the text.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && place != Place.Broken)
        {
            bytes = bytes[(place switch
            {
                Place.Between => ReadBetween(bytes[0]),
                Place.Literal => ReadLiteral(bytes),
                Place.NameEscape or Place.TextEscape => ReadEscape(bytes[0]),
                _ => ReadText(bytes),
            })..];
        }
    }

    private int ReadBetween(byte next)
    {
        switch (next)
        {
            case (byte)'{' or (byte)'[':
                Open(next == (byte)'[');
                break;
            case (byte)'}' or (byte)']':
                Close(next == (byte)']');
                break;
            case (byte)'"':
                Begin(expectsName ? Place.Name : Place.Text);
                break;
            case (byte)',':
                expectsName = containers.Count > 0 && !containers[^1].IsArray;
                break;
            case (byte)':' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                break;
            default:
                Begin(IsLiteral(next) ? Place.Literal : Place.Broken);
                return 0;
        }

        return 1;
    }

    private void Open(bool isArray)
    {
        var path = PathOfValue();
        containers.Add((path, isArray));
        expectsName = !isArray;
        place = containers.Count > MaxDepth ? Place.Broken : place;
        Report(path, isArray ? JsonTokenType.StartArray : JsonTokenType.StartObject);
    }

    private void Close(bool isArray)
    {
        if (containers.Count == 0 || containers[^1].IsArray != isArray)
        {
            place = Place.Broken;
            return;
        }

        var path = containers[^1].Path;
        containers.RemoveAt(containers.Count - 1);
        expectsName = false;
        IsComplete |= containers.Count == 0;
        Report(path, isArray ? JsonTokenType.EndArray : JsonTokenType.EndObject);
    }

    private void Begin(Place next) => (place, valueLength, length, isTruncated) = (next, 0, 0, false);

    private int ReadText(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'"', (byte)'\\');
        var part = end < 0 ? bytes : bytes[..end];
        Keep(part);
        length += part.Length;
        if (end < 0)
        {
            return bytes.Length;
        }

        if (bytes[end] == (byte)'\\')
        {
            place = place == Place.Name ? Place.NameEscape : Place.TextEscape;
        }
        else
        {
            EndText();
        }

        return end + 1;
    }

    private int ReadEscape(byte next)
    {
        if (escapeDigits == 0 && next == (byte)'u')
        {
            escapeDigits = UnitEscapeDigits;
            length += UnitEscapeBytes;
            isTruncated = true;
            return 1;
        }

        if (escapeDigits == 0)
        {
            length++;
            isTruncated |= next is not ((byte)'"' or (byte)'\\' or (byte)'/');
            Keep([next]);
        }
        else
        {
            escapeDigits--;
        }

        if (escapeDigits == 0)
        {
            place = place == Place.NameEscape ? Place.Name : Place.Text;
        }

        return 1;
    }

    private void EndText()
    {
        var isName = place == Place.Name;
        place = Place.Between;
        if (!isName)
        {
            Report(PathOfValue(), JsonTokenType.String);
            return;
        }

        expectsName = false;
        var parent = containers[^1].Path;
        member = parent is null || (isTruncated && !parent.IsSubtree) ? null : parent.Find(value.AsSpan(0, valueLength));
        if (parent is { IsSubtree: true })
        {
            Report(parent, JsonTokenType.PropertyName);
        }
    }

    private int ReadLiteral(ReadOnlySpan<byte> bytes)
    {
        var end = 0;
        while (end < bytes.Length && IsLiteral(bytes[end]))
        {
            end++;
        }

        Keep(bytes[..end]);
        length += end;
        if (end < bytes.Length)
        {
            place = Place.Between;
            Report(PathOfValue(), valueLength == 0 ? JsonTokenType.None : TypeOf(value[0]));
        }

        return end;
    }

    private static JsonTokenType TypeOf(byte first) => first switch
    {
        (byte)'t' => JsonTokenType.True,
        (byte)'f' => JsonTokenType.False,
        (byte)'n' => JsonTokenType.Null,
        _ => JsonTokenType.Number,
    };

    private static bool IsLiteral(byte value) =>
        value is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z')
            or (byte)'-' or (byte)'+' or (byte)'.';

    private JsonPathTree<TField>? PathOfValue() => containers.Count == 0 ? root : containers[^1].IsArray ? containers[^1].Path : member;

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (isTruncated || part.Length > LongestValue - valueLength)
        {
            isTruncated = true;
            return;
        }

        part.CopyTo(value.AsSpan(valueLength));
        valueLength += part.Length;
    }

    private void Report(JsonPathTree<TField>? path, JsonTokenType type)
    {
        if (path is not null && !EqualityComparer<TField>.Default.Equals(path.Field, default))
        {
            var hasText = type is JsonTokenType.String or JsonTokenType.PropertyName or JsonTokenType.Number;
            handler(path.Field, type, hasText && !isTruncated ? value.AsSpan(0, valueLength) : default, hasText ? length : 0);
        }
    }
}
