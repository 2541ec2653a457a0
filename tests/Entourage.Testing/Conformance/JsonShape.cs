using System.Text.Json;

namespace Entourage.Testing.Conformance;

/// <summary>
/// Computes what a schema can see of a JSON value. Values with the same shape conform to the same schemas, so only one of them needs to be evaluated.
/// </summary>
internal static class JsonShape
{
    /// <summary>Hashes the names, types and formats in a value.</summary>
    public static int Of(JsonElement value)
    {
        var hash = default(HashCode);
        Add(ref hash, value);
        return hash.ToHashCode();
    }

    private static void Add(ref HashCode hash, JsonElement value)
    {
        hash.Add(value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    hash.Add(member.Name);
                    Add(ref hash, member.Value);
                }

                hash.Add('}');
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Add(ref hash, item);
                }

                hash.Add(']');
                break;
            case JsonValueKind.Number:
                hash.Add(value.TryGetInt64(out var whole) ? Math.Sign(whole) : 2);
                break;
            case JsonValueKind.String:
                foreach (var character in value.GetString()!)
                {
                    // Ids and times differ in their hexadecimal digits only.
                    hash.Add(char.IsAsciiHexDigit(character) ? '0' : character);
                }

                hash.Add('"');
                break;
        }
    }
}
