using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Whatever is not in the table of routes is refused, because nobody would meter it.</summary>
internal sealed class RefusedPathTests
{
    private static readonly string[] Anthropic =
    [
        "POST v1/messages/batches", "GET v1/messages/batches", "GET v1/messages/batches/b_1", "GET v1/messages/batches/b_1/results", "POST v1/messages/batches/b_1/cancel", "DELETE v1/messages/batches/b_1",
        "POST v1/complete", "POST v1/completions", "POST v1/chat/completions", "POST v1/responses", "GET v1/files", "POST v1/files", "GET v1/files/f_1/content", "DELETE v1/files/f_1", "POST v1/skills",
        "GET v1/models/claude-opus-4-5", "POST v1/models", "GET v1/organizations/me", "GET v1/organizations/api_keys", "POST v1/experimental/generate_prompt", "POST v1/messages/count_tokens/x", "GET v1/messages",
        "PUT v1/messages", "PATCH v1/messages", "DELETE v1/messages", "HEAD v1/messages", "GET ", "POST ", "POST v1/messages/", "POST /v1/messages", "POST v1//messages", "POST V1/messages", "POST v1/Messages", "POST v1%2Fmessages", "POST v1/%6Dessages",
        "POST v1/messages%20", "POST v1/messages%09", "POST v1/messages;x=1", "POST v1/messages.json", "POST v1/./messages", "POST v1/../v1/messages", "POST ../anthropic/v1/messages", "POST v1/messages/../messages", "POST v1/%2e%2e/v1/messages",
        "POST v1\\messages", "POST messages", "POST v2/messages", "POST anthropic/v1/messages", "POST api/event_logging/batch",
    ];

    private static readonly string[] OpenAi =
    [
        "POST v1/batches", "GET v1/batches/b_1", "POST v1/files", "GET v1/files/f_1/content", "POST v1/uploads", "POST v1/uploads/u_1/parts", "GET v1/realtime", "GET v1/realtime?model=gpt-4o-realtime-preview", "POST v1/realtime/sessions",
        "POST v1/realtime/client_secrets", "POST v1/realtime/calls", "POST v1/audio/speech", "POST v1/audio/transcriptions", "POST v1/audio/translations", "POST v1/images/generations", "POST v1/images/edits", "POST v1/images/variations", "POST v1/videos",
        "POST v1/fine_tuning/jobs", "POST v1/assistants", "POST v1/threads", "POST v1/threads/runs", "POST v1/threads/t_1/messages", "POST v1/threads/t_1/runs", "POST v1/vector_stores", "POST v1/vector_stores/v_1/search", "POST v1/moderations",
        "GET v1/responses", "GET v1/responses/r_1", "DELETE v1/responses/r_1", "POST v1/responses/r_1/cancel", "GET v1/responses/r_1/input_items", "POST v1/responses/compact", "POST v1/responses/input_tokens", "POST v1/conversations", "POST v1/conversations/c_1/items",
        "GET v1/chat/completions", "GET v1/chat/completions/c_1", "POST v1/chat/completions/c_1", "POST v1/chat/completions/", "POST v1/chat//completions", "POST v1/chat%2Fcompletions", "POST v1/Chat/completions", "POST chat/completions", "POST v1/engines/davinci/completions",
        "POST openai/deployments/gpt-4o/chat/completions", "POST v1/edits", "POST v1/evals", "POST v1/containers", "GET v1/organization/usage/completions", "GET v1/organization/costs", "GET v1/models/gpt-4o", "DELETE v1/models/ft:gpt-4o", "POST v1/models", "PUT v1/embeddings", "POST v1/embeddings/",
        "POST v1/messages", "OPTIONS v1/chat/completions", "TRACE v1/chat/completions", "QUERY v1/responses", "POST v1/alpha/graders/run", "POST v1/chatkit/sessions",
    ];

    private static readonly string[] Gemini =
    [
        "POST v1beta/models/gemini-2.5-flash:batchGenerateContent", "POST v1beta/models/gemini-2.5-flash:batchEmbedContents", "POST v1beta/models/gemini-2.5-flash:asyncBatchEmbedContent", "POST v1beta/models/imagen-4:predict",
        "POST v1beta/models/veo-3:predictLongRunning", "POST v1beta/models/aqa:generateAnswer", "POST v1beta/models/text-bison-001:generateText", "POST v1beta/models/chat-bison-001:generateMessage", "POST v1beta/models/gemini-2.5-flash:bidiGenerateContent",
        "GET ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", "POST v1beta/cachedContents", "GET v1beta/cachedContents", "PATCH v1beta/cachedContents/c_1", "POST upload/v1beta/files", "POST v1beta/files", "GET v1beta/files/f_1", "POST v1beta/tunedModels",
        "POST v1beta/tunedModels/t_1:generateContent", "POST v1beta/corpora", "POST v1beta/batches/b_1:cancel", "GET v1beta/operations", "POST v1beta/interactions", "POST v1beta/openai/chat/completions", "GET v1beta/models/gemini-2.5-flash", "GET v1beta/models/",
        "POST v1/models/gemini-2.5-flash:generateContent", "POST v1alpha/models/gemini-2.5-flash:generateContent", "POST v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent", "POST v1beta/dynamic/d:generateContent",
        "GET v1beta/models/gemini-2.5-flash:generateContent", "PUT v1beta/models/gemini-2.5-flash:generateContent", "POST v1beta/models/gemini-2.5-flash:GenerateContent", "POST v1beta/models/gemini-2.5-flash:generateContent/", "POST v1beta/models/gemini-2.5-flash%3AgenerateContent",
        "POST v1beta/models/gemini-2.5-flash:generateContent:generateContent", "POST v1beta/models/:generateContent", "POST v1beta/models/..:generateContent", "POST v1beta/models/a%2Fb:generateContent", "POST v1beta/models/a/b:generateContent", "POST v1beta/models//gemini-2.5-flash:generateContent",
        "POST v1beta/models/gemini-2.5-flash%20:generateContent", "POST v1beta/models/gemini-2.5-flash", "POST v1beta//models/gemini-2.5-flash:generateContent", "POST V1beta/models/gemini-2.5-flash:generateContent", "POST v1beta/../v1beta/models/gemini-2.5-flash:generateContent",
    ];

    [Test]
    public async Task Paths_that_are_not_in_the_table_are_refused_in_the_shape_of_the_provider()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), provider.AddTo([], "sk-of-the-provider"));
        var team = await host.Api.CreateTeamAsync();
        var mistakes = new List<string>();
        var count = 0;
        foreach (var (upstream, paths) in new[] { ("anthropic", Anthropic), ("openai", OpenAi), ("gemini", Gemini) })
        {
            foreach (var path in paths)
            {
                count++;
                if (await FindMistakeAsync(host, team, upstream, path) is { } mistake)
                {
                    mistakes.Add($"{upstream}: {path}: {mistake}");
                }
            }
        }

        Assert.That(string.Join('\n', mistakes), Is.Empty);
        Assert.That(provider.Calls.Select(call => $"{call.Method} {call.Target}"), Is.Empty);
        Assert.That(count, Is.GreaterThan(100));
    }

    private static async Task<string?> FindMistakeAsync(ApiHost host, TestTeam team, string upstream, string path)
    {
        var (method, rest) = path.Split(' ', 2) is [var first, var second] ? (first, second) : ("", "");
        var address = new Uri(
            $"{host.Api.Http.BaseAddress}gateway/{upstream}/{rest}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Add("X-Entourage-Agent", team.Agent);
        if (method == "POST")
        {
            request.Content = new StringContent("""{"model":"gpt-4o-mini","max_tokens":10,"messages":[],"input":"x","contents":[]}""");
            request.Content.Headers.ContentType = new("application/json");
        }
        else if (method == "GET" && (rest.Contains("realtime", StringComparison.Ordinal) || rest is "v1/responses" || rest.StartsWith("ws/", StringComparison.Ordinal)))
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new("websocket"));
            request.Headers.Add("Sec-WebSocket-Version", "13");
            request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        }

        using var answer = await host.Api.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var isExpected = answer.StatusCode == HttpStatusCode.NotFound || (request.Headers.Upgrade.Count > 0 && answer.StatusCode == HttpStatusCode.UpgradeRequired);
        return !isExpected ? $"{(int)answer.StatusCode} {text}"
            : method == "HEAD" || answer.StatusCode != HttpStatusCode.NotFound || HasShapeOf(upstream, text) ? null
            : $"not the shape of the provider: {text}";
    }

    private static bool HasShapeOf(string upstream, string text)
    {
        var error = JsonNode.Parse(text)!;
        return error["error"]?["message"] is not null && upstream switch
        {
            "anthropic" => (error.Text("type"), error["error"]!.Text("type")) is ("error", "not_found_error"),
            "openai" => (error["error"]!.Text("type"), error["error"]!.Text("code")) is ("invalid_request_error", "not_found"),
            _ => (error["error"]!.Number("code"), error["error"]!.Text("status")) is (404, "NOT_FOUND"),
        };
    }
}
