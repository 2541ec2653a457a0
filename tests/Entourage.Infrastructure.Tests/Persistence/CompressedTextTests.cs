using System.IO.Compression;
using Entourage.Infrastructure.Persistence.Converters;

namespace Entourage.Infrastructure.Tests.Persistence;

internal sealed class CompressedTextTests
{
    [TestCase("")]
    [TestCase("{}")]
    [TestCase("Größe 😀 \u0000")]
    public void Text_is_the_same_after_compression(string text) =>
        Assert.That(CompressedTextConverter.Decompress(CompressedTextConverter.Compress(text)), Is.EqualTo(text));

    [Test]
    public void Long_answer_takes_a_fraction_of_its_length()
    {
        var text = string.Concat(Enumerable.Repeat("{\"id\":\"0197f0aa-0000-7000-8000-000000000000\",\"cost_usd\":0.25},", 5_000));
        var compressed = CompressedTextConverter.Compress(text);

        Assert.That(compressed, Has.Length.LessThan(text.Length / 10));
        Assert.That(CompressedTextConverter.Decompress(compressed), Is.EqualTo(text));
    }

    [Test]
    public void Damaged_value_is_refused()
    {
        var compressed = CompressedTextConverter.Compress(new string('x', 1_000));
        Assert.That(() => CompressedTextConverter.Decompress(compressed[..^1]), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => CompressedTextConverter.Decompress([0xFF, 0xFF, 0xFF]), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => CompressedTextConverter.Decompress([]), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Value_that_expands_without_end_is_refused()
    {
        var zeros = new byte[CompressedTextConverter.MaxBytes + 1];
        var bomb = new byte[BrotliEncoder.GetMaxCompressedLength(zeros.Length)];
        Assert.That(BrotliEncoder.TryCompress(zeros, bomb, out var length, quality: 1, window: 22));
        Assert.That(() => CompressedTextConverter.Decompress(bomb[..length]), Throws.TypeOf<InvalidDataException>());
    }
}
