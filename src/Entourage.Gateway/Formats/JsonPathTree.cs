using System.Text;
using System.Text.Json;

namespace Entourage.Gateway.Formats;

/// <summary>
/// Finds the fields of a JSON text by their paths, such as <c>message/usage/output_tokens</c>. Arrays are not part of a path: the items of an array
/// have the path of the array. A path that ends in <c>/**</c> includes everything below it.
/// </summary>
/// <typeparam name="TField">The fields. The default value means that a path leads to a field but is none.</typeparam>
internal sealed class JsonPathTree<TField>
    where TField : struct
{
    private const string WholeSubtree = "**";

    // The longest name that is compared. A byte may be written as an escape of six.
    private const int LongestEscapedName = 256;

    private readonly List<(byte[] Name, JsonPathTree<TField> Node)> children = [];

    /// <summary>Creates the tree of some paths.</summary>
    public JsonPathTree(params ReadOnlySpan<(string Path, TField Field)> fields)
    {
        foreach (var (path, field) in fields)
        {
            var node = this;
            foreach (var name in path.Split('/'))
            {
                if (name == WholeSubtree)
                {
                    node.IsSubtree = true;
                    break;
                }

                node = node.Add(Encoding.UTF8.GetBytes(name));
            }

            node.Field = field;
        }
    }

    /// <summary>The field at this path.</summary>
    public TField Field { get; private set; }

    /// <summary>Whether everything below belongs to the field.</summary>
    public bool IsSubtree { get; private set; }

    /// <summary>Finds the path of a member; null if it leads to no field.</summary>
    /// <param name="name">The name of the member, without escapes.</param>
    public JsonPathTree<TField>? Find(ReadOnlySpan<byte> name)
    {
        if (IsSubtree)
        {
            return this;
        }

        foreach (var (known, node) in children)
        {
            if (name.SequenceEqual(known))
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>Finds the path of the member whose name the reader is at; null if it leads to no field.</summary>
    public JsonPathTree<TField>? Find(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Find(reader.ValueSpan);
        }

        Span<byte> name = stackalloc byte[LongestEscapedName];
        try
        {
            return reader.ValueSpan.Length <= LongestEscapedName ? Find(name[..reader.CopyString(name)]) : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            return null;
        }
    }

    private JsonPathTree<TField> Add(byte[] name)
    {
        if (Find(name) is { } known)
        {
            return known;
        }

        var node = new JsonPathTree<TField>();
        children.Add((name, node));
        return node;
    }
}
