using System.Text.Json;
using Entourage.Domain;

namespace Entourage.Gateway.Formats;

/// <summary>Where a value is in a JSON text.</summary>
/// <param name="Type">Its first token.</param>
/// <param name="Start">The offset of its first byte.</param>
/// <param name="End">The offset behind its last byte.</param>
internal readonly record struct JsonValue(JsonTokenType Type, int Start, int End)
{
    /// <summary>Its length (bytes).</summary>
    public int Length => End - Start;
}

/// <summary>The members of one object of a request, by the ranges of their values. The text is neither copied nor changed.</summary>
/// <remarks>
/// A member that is repeated, or spelled in another case, is refused: the provider might read another value than the gateway, because parsers differ
/// in which one of them wins.
/// </remarks>
internal sealed class JsonObjectIndex
{
    /// <summary>The deepest nesting of a request.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most members of an object that is indexed.</summary>
    public const int MaxMembers = 256;

    // Longer names are of no interest. A byte of a name may be written as an escape of six.
    private const int LongestName = 256;

    private const int LongestText = 256;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private readonly ReadOnlyMemory<byte> json;
    private readonly string path;
    private readonly List<(string Name, JsonValue Value)> members = [];

    private JsonObjectIndex(ReadOnlyMemory<byte> json, string path)
    {
        this.json = json;
        this.path = path;
    }

    /// <summary>The offset behind the opening brace.</summary>
    public int Start { get; private init; }

    /// <summary>Whether the object has no members.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Whether the members can be trusted: not too many, and none twice or with a name that is not valid.</summary>
    public bool IsUnambiguous { get; private set; } = true;

    /// <summary>The names of the members.</summary>
    public IEnumerable<string> Names => members.Select(member => member.Name);

    /// <summary>Indexes a body, and checks that all of it is valid JSON.</summary>
    /// <exception cref="UnreadableRequestException">It is not an object, or not valid.</exception>
    public static JsonObjectIndex OfBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new UnreadableRequestException("The body must be a JSON object.");
            }

            var index = new JsonObjectIndex(body, "") { Start = (int)reader.BytesConsumed };
            index.Read(ref reader, 0);

            // Throws if something follows.
            reader.Read();
            index.RequireUnambiguous();
            return index;
        }
        catch (JsonException)
        {
            throw new UnreadableRequestException($"The body must be valid JSON (UTF-8) with at most {MaxDepth} levels of nesting.");
        }
    }

    /// <summary>Indexes an object within a text that is known to be valid. The caller checks <see cref="IsUnambiguous"/>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="start">The offset of the opening brace.</param>
    public static JsonObjectIndex At(ReadOnlyMemory<byte> json, int start) => At(json, start, "");

    /// <summary>Finds a member, whatever its type.</summary>
    /// <exception cref="UnreadableRequestException">The member is spelled in another case.</exception>
    public JsonValue? Find(string name)
    {
        foreach (var (known, value) in members)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return known == name ? value : throw new UnreadableRequestException($"The member '{path}{name}' must be written in exactly this case.");
            }
        }

        return null;
    }

    /// <summary>Whether a member is present with a value other than null.</summary>
    public bool Has(string name) => Find(name) is { Type: not JsonTokenType.Null };

    /// <summary>Reads a whole number; null if the member is absent or null.</summary>
    /// <exception cref="UnreadableRequestException">It is no whole number, or out of range.</exception>
    public long? WholeNumber(string name, long least, long most = TokenCounts.LargestInput)
    {
        if (Find(name) is not { Type: not JsonTokenType.Null } value)
        {
            return null;
        }

        var reader = ReaderOf(value);
        return value.Type == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw new UnreadableRequestException($"'{path}{name}' must be a whole number from {least} to {most}.");
    }

    /// <summary>Reads a flag; false if the member is absent or null.</summary>
    /// <exception cref="UnreadableRequestException">It is neither true nor false.</exception>
    public bool Flag(string name) => Find(name)?.Type switch
    {
        null or JsonTokenType.Null or JsonTokenType.False => false,
        JsonTokenType.True => true,
        _ => throw new UnreadableRequestException($"'{path}{name}' must be true or false."),
    };

    /// <summary>Reads a short text; null if the member is absent or null.</summary>
    /// <exception cref="UnreadableRequestException">It is no string, or too long.</exception>
    public string? Text(string name) => Find(name) is not { Type: not JsonTokenType.Null } value ? null
        : TextOf(value) ?? throw new UnreadableRequestException($"'{path}{name}' must be a string of at most {LongestText} bytes.");

    /// <summary>Reads a short text; null if it is absent, not a string, or too long.</summary>
    public string? TextOrNull(string name) => Find(name) is { } value ? TextOf(value) : null;

    /// <summary>Whether an item of one of the arrays is a text.</summary>
    public bool IsText(JsonValue item, string text) => TextOf(item) == text;

    /// <summary>Indexes an object; null if the member is absent or null.</summary>
    /// <exception cref="UnreadableRequestException">It is no object, or ambiguous.</exception>
    public JsonObjectIndex? Object(string name)
    {
        if (Find(name) is not { Type: not JsonTokenType.Null } value)
        {
            return null;
        }

        if (value.Type != JsonTokenType.StartObject)
        {
            throw new UnreadableRequestException($"'{path}{name}' must be a JSON object.");
        }

        var index = At(json, value.Start, $"{path}{name}.");
        index.RequireUnambiguous();
        return index;
    }

    /// <summary>Indexes the objects of an array, and leaves out other items; none if the member is anything else.</summary>
    /// <exception cref="UnreadableRequestException">An object is ambiguous.</exception>
    public IEnumerable<JsonObjectIndex> Objects(string name)
    {
        foreach (var item in Items(name).Where(item => item.Type == JsonTokenType.StartObject))
        {
            var index = At(json, item.Start, $"{path}{name}[].");
            index.RequireUnambiguous();
            yield return index;
        }
    }

    /// <summary>Lists the items of an array; none if the member is anything else.</summary>
    public IReadOnlyList<JsonValue> Items(string name)
    {
        if (Find(name) is not { Type: JsonTokenType.StartArray } value)
        {
            return [];
        }

        var items = new List<JsonValue>();
        var reader = ReaderOf(value);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ValueAt(ref reader, value.Start));
        }

        return items;
    }

    private static JsonObjectIndex At(ReadOnlyMemory<byte> json, int start, string path)
    {
        var reader = new Utf8JsonReader(json.Span[start..], Options);
        reader.Read();
        var index = new JsonObjectIndex(json, path) { Start = start + 1 };
        index.Read(ref reader, start);
        return index;
    }

    private static JsonValue ValueAt(ref Utf8JsonReader reader, int offset)
    {
        var (type, start) = (reader.TokenType, (int)reader.TokenStartIndex);
        reader.Skip();
        return new(type, offset + start, offset + (int)reader.BytesConsumed);
    }

    private void Read(ref Utf8JsonReader reader, int offset)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            IsEmpty = false;
            var name = NameAt(ref reader);
            reader.Read();
            var value = ValueAt(ref reader, offset);
            if (name is null)
            {
                continue;
            }

            if (members.Count == MaxMembers || members.Exists(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                IsUnambiguous = false;
                continue;
            }

            members.Add((name, value));
        }
    }

    private string? NameAt(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueSpan.Length <= LongestName ? reader.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Not UTF-8, or half of a surrogate pair.
            IsUnambiguous = false;
            return null;
        }
    }

    private void RequireUnambiguous()
    {
        if (!IsUnambiguous)
        {
            var place = path.Length == 0 ? "The body" : $"'{path.TrimEnd('.')}'";
            throw new UnreadableRequestException(
                $"{place} must have at most {MaxMembers} members, and no two with the same name in any case. Providers differ in which one they read.");
        }
    }

    private string? TextOf(JsonValue value)
    {
        if (value.Type != JsonTokenType.String || value.Length > LongestText + 2)
        {
            return null;
        }

        try
        {
            return ReaderOf(value).GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private Utf8JsonReader ReaderOf(JsonValue value)
    {
        var reader = new Utf8JsonReader(json.Span[value.Start..value.End], Options);
        reader.Read();
        return reader;
    }
}
