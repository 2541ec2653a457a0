using System.Text.Json.Nodes;
using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class RefusalTests
{
    private const string Message = "The daily cap of team 'büro' is spent.";

    private static readonly IProviderFormat[] Formats = [Anthropic, OpenAi, Gemini];

    [Test]
    public void Anthropic_refusal_has_the_shape_of_its_errors() => Assert.That(
        (Anthropic.Refuse(new(RefusalReason.Budget, Message)).Status, Json(Anthropic)),
        Is.EqualTo((402, $$$"""{"type":"error","error":{"type":"billing_error","message":"{{{Message}}}"}}""")));

    [Test]
    public void OpenAi_refusal_has_the_shape_of_its_errors() => Assert.That(
        (OpenAi.Refuse(new(RefusalReason.Budget, Message)).Status, Json(OpenAi)),
        Is.EqualTo((400, $$$"""{"error":{"message":"{{{Message}}}","type":"insufficient_quota","param":null,"code":"budget_exceeded"}}""")));

    [Test]
    public void Gemini_refusal_has_the_shape_of_its_errors() => Assert.That(
        (Gemini.Refuse(new(RefusalReason.Budget, Message)).Status, Json(Gemini)),
        Is.EqualTo((402, $$$"""{"error":{"code":402,"message":"{{{Message}}}","status":"RESOURCE_EXHAUSTED"}}""")));

    [Test]
    public void Final_refusal_has_no_status_that_clients_retry() => Assert.That(
        from format in Formats
        from reason in Enum.GetValues<RefusalReason>().Except([RefusalReason.TooMany, RefusalReason.Unavailable])
        let status = format.Refuse(new(reason, "x")).Status
        where status is 408 or 409 or 429 or >= 500
        select (format, reason, status),
        Is.Empty);

    [Test]
    public void Message_is_quoted() => Assert.That(
        JsonNode.Parse(Anthropic.Refuse(new(RefusalReason.Budget, "a \"b\"\n")).Body)!["error"]!["message"]!.GetValue<string>(), Is.EqualTo("a \"b\"\n"));

    private static string Json(IProviderFormat format) => System.Text.Encoding.UTF8.GetString(format.Refuse(new(RefusalReason.Budget, Message)).Body);
}
