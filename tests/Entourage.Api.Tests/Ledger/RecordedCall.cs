using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A call with its answer, if any, that can be resent.</summary>
/// <param name="path">The path below <c>/api/v1</c>.</param>
/// <param name="key">Its idempotency key, if any.</param>
/// <param name="body">The body to send.</param>
internal sealed class RecordedCall(string path, string? key, JsonObject body)
{
    private const string Replayed = "Idempotent-Replayed";

    private readonly string text = body.ToJsonString();

    public JsonObject Body { get; } = body;

    /// <summary>The answer; null if the server was killed before.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>Sends the call.</summary>
    /// <exception cref="HttpRequestException">The server is gone.</exception>
    public async Task<JsonNode> SendAsync(ApiClient api)
    {
        var answer = await PostAsync(api);
        Assert.That(answer.Status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Created), answer.Text);
        Answer = answer;
        return answer.Json;
    }

    /// <summary>Resends the call. An answered one must get its first answer, whatever happened since.</summary>
    public async Task RepeatAsync(ApiClient api)
    {
        if (Answer is not { } before)
        {
            await SendAsync(api);
            return;
        }

        var again = await PostAsync(api);
        Assert.That(again.Status, Is.EqualTo(before.Status), again.Text);
        if (key is not null)
        {
            Assert.That((again.Header(Replayed), again.Text), Is.EqualTo(("true", before.Text)));
        }
        else if (before.Json["items"] is JsonArray items)
        {
            Assert.That(again.Json.Items("items").Select(item => item.Flag("replayed")), Is.All.True);
            Assert.That(UsageIdsOf(again.Json), Is.EqualTo(items.Select(item => item!.Text("usage_id"))));
        }
        else
        {
            // Ending a session again changes nothing.
            Assert.That((again.Json.Text("status"), again.Json.Text("ended_at")), Is.EqualTo((before.Json.Text("status"), before.Json.Text("ended_at"))));
        }
    }

    // Retries while the store is busy, like every client.
    private async Task<Answer> PostAsync(ApiClient api)
    {
        var began = Stopwatch.GetTimestamp();
        Answer answer;
        do
        {
            answer = await api.PostAsync(path, text, key);
        }
        while (answer.Status == HttpStatusCode.ServiceUnavailable && Stopwatch.GetElapsedTime(began) < Patience.Limit);
        return answer;
    }

    /// <summary>The ids of the usages that an answer acknowledges.</summary>
    public static IEnumerable<string> UsageIdsOf(JsonNode answer) =>
        answer["items"] is JsonArray items ? items.Select(item => item!.Text("usage_id")!)
        : answer["usage_id"] is { } id ? [id.GetValue<string>()]
        : [];
}
