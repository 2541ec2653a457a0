using System.Text.Json;
using CsCheck;
using Entourage.Application.Json;

namespace Entourage.Application.Tests.Json;

internal sealed class UtcJsonConverterTests
{
    [TestCase("2026-11-23T10:00:00Z")]
    [TestCase("2026-11-20T00:00:00Z")]
    [TestCase("2026-11-23T10:15:00.5Z")]
    [TestCase("2026-11-23T10:15:30.0000001Z")]
    [TestCase("2026-11-23T10:15:30.12345Z")]
    public void A_time_is_written_as_it_was_read(string text)
    {
        var json = $"\"{text}\"";
        Assert.That(JsonSerializer.Serialize(JsonSerializer.Deserialize<DateTimeOffset>(json, EntourageJson.Options), EntourageJson.Options), Is.EqualTo(json));
    }

    [Test]
    public void Any_time_is_written_as_in_texts() =>
        Gen.DateTimeOffset.Sample(at => JsonSerializer.Serialize(at, EntourageJson.Options) == $"\"{UtcJsonConverter.TextOf(at)}\"");
}
