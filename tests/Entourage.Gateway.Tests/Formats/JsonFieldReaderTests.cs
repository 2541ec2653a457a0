using System.Text;
using System.Text.Json;
using CsCheck;
using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class JsonFieldReaderTests
{
    private static readonly JsonPathTree<int> Paths = new(("a", 1), ("a/b", 2), ("a/b/c", 3), ("d/**", 4));

    private static readonly Gen<string> Values = Gen.Recursive<string>((depth, value) => depth > 3
        ? Gen.OneOf("1", "-2.5e+3", "true", "false", "null", "\"\"", "\"text\"", "\"a\\\"b\\\\\"", "\"}]\"", "\"é中😀\"", "{}", "[]", "[ 1 ,\t2\n]")
        : Gen.OneOf(
            value.List[0, 3].Select(items => $"[{string.Join(" , ", items)}]"),
            Gen.Select(Gen.OneOf("a", "b", "c", "d", "x"), value).List[0, 4]
                .Select(members => $"{{{string.Join(",\r\n", members.Select(member => $"\"{member.Item1}\" : {member.Item2}"))}}}")));

    [Test]
    public void Fields_are_those_that_a_whole_parser_finds() => Gen.Select(Values, Gen.Int[1, 7]).Sample((json, step) =>
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var found = new List<string>();
        var reader = new JsonFieldReader<int>(Paths, (field, type, text, length) => found.Add($"{field} {type} {Encoding.UTF8.GetString(text)} {length}"));
        foreach (var piece in bytes.Chunk(step))
        {
            reader.Read(piece);
        }

        return reader.IsComplete && found.SequenceEqual(Expected(bytes));
    });

    [Test]
    public void Escapes_count_what_they_stand_for()
    {
        var lengths = new List<long>();
        new JsonFieldReader<int>(Paths, (_, _, _, length) => lengths.Add(length)).Read("""{"a":"\n\"\u4e2dx"}"""u8);
        Assert.That(lengths, Is.EqualTo(new[] { 6L }));
    }

    [Test]
    public void Long_value_has_a_length_but_no_text()
    {
        var found = new List<(int, long)>();
        new JsonFieldReader<int>(Paths, (_, _, text, length) => found.Add((text.Length, length))).Read(Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', 5_000)}}"}"""));
        Assert.That(found, Is.EqualTo(new[] { (0, 5_000L) }));
    }

    [Test]
    public void Deep_nesting_is_given_up()
    {
        var reader = new JsonFieldReader<int>(Paths, (_, _, _, _) => { });
        reader.Read(Encoding.UTF8.GetBytes(new string('[', 100_000) + new string(']', 100_000)));
        Assert.That(reader.IsComplete, Is.False);
    }

    private static List<string> Expected(byte[] json)
    {
        var (found, containers) = (new List<string>(), new Stack<(JsonPathTree<int>? Path, bool IsArray)>());
        JsonPathTree<int>? member = null;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            var path = containers.Count == 0 ? Paths : containers.Peek().IsArray ? containers.Peek().Path : member;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    containers.Push((path, reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path = containers.Pop().Path;
                    break;
                case JsonTokenType.PropertyName:
                    path = containers.Peek().Path;
                    member = path?.Find(ref reader);
                    path = path is { IsSubtree: true } ? path : null;
                    break;
            }

            if (path is { Field: > 0 })
            {
                var text = reader.TokenType switch
                {
                    JsonTokenType.String or JsonTokenType.PropertyName => reader.GetString()!,
                    JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                    _ => "",
                };
                found.Add($"{path.Field} {reader.TokenType} {text} {Encoding.UTF8.GetByteCount(text)}");
            }
        }

        return found;
    }
}
