using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A call as it was made, with the answer if one came; it can be made again.</summary>
/// <param name="path">Where to.</param>
/// <param name="key">Its idempotency key, if it has one of its own.</param>
/// <param name="body">What was sent.</param>
internal sealed class RecordedCall(string path, string? key, JsonObject body)
{
    private const string Replayed = "Idempotent-Replayed";

    private readonly string text = body.ToJsonString();

    /// <summary>What was sent.</summary>
    public JsonObject Body { get; } = body;

    /// <summary>What was answered; null when the server was gone before it could.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>Makes the call.</summary>
    /// <exception cref="HttpRequestException">The server is gone.</exception>
    public async Task<JsonNode> SendAsync(ApiClient api)
    {
        var answer = await PostAsync(api);
        Assert.That(answer.Status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Created), answer.Text);
        Answer = answer;
        return answer.Json;
    }

    /// <summary>Makes the call again. One that was answered is answered as before, whatever happened since.</summary>
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
            // The end of a session: the second changes nothing.
            Assert.That((again.Json.Text("status"), again.Json.Text("ended_at")), Is.EqualTo((before.Json.Text("status"), before.Json.Text("ended_at"))));
        }
    }

    // A store that is busy says so, and the call is made again, as by every client.
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
