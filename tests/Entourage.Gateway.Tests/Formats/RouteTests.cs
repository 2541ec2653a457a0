using Entourage.Gateway.Formats;
using Entourage.Gateway.Formats.Anthropic;
using Entourage.Gateway.Formats.Gemini;
using Entourage.Gateway.Formats.OpenAi;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class RouteTests
{
    private static readonly IProviderFormat[] Formats = [new AnthropicFormat(), new OpenAiFormat(), new GeminiFormat()];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "post", "Post", "get", ""];

    // Refused with every method.
    private static readonly string[] RefusedPaths =
    [
        "/", "//", ".", "..", "v1", "v1/", "v1beta", "v1beta/", "v2/messages", "v1alpha/models",
        "/v1/messages", "//v1/messages", "v1//messages", "v1/messages/", "v1/messages//", "v1/./messages", "v1/../v1/messages", "./v1/messages",
        "x/../v1/messages", "v1%2Fmessages", "v1%2fmessages", "v1/%6Dessages", "v1/messages%20", "v1/messages%00", "v1/messages ", " v1/messages",
        "v1/messages?beta=true", "v1/messages;x=1", "v1/messages#x", "v1\\messages", "V1/messages", "v1/Messages", "v1/MESSAGES", "v1/message",
        "v1/messages.json", "v1/messages/batches", "v1/messages/batches/msgbatch_1", "v1/messages/batches/msgbatch_1/results",
        "v1/messages/count_tokens/", "v1/messages/count_Tokens", "v1/messages/count_tokens/x", "v1/messages/../complete", "v1/complete",
        "v1/files", "v1/files/file_1", "v1/files/file_1/content", "v1/skills", "v1/agents", "v1/sessions", "v1/environments", "v1/organizations/me",
        "v1/organizations/usage_report/messages", "v1/organizations/api_keys", "v1/experimental/generate_prompt", "v1/environments/e/work",
        "v1/models/claude-opus-4-5", "v1/models/", "v1/models/gpt-5", "v1/Models", "v1/models%2F",
        "chat/completions", "v1/chat", "v1/chat/", "v1/chat/completions/", "v1/chat/completions/chatcmpl-1", "v1/chat/completions/chatcmpl-1/messages",
        "v1/chat//completions", "v1/chat%2Fcompletions", "v1/Chat/completions", "v1/chat/completion", "v1/v1/chat/completions",
        "v1/responses/", "v1/responses/resp_1", "v1/responses/resp_1/cancel", "v1/responses/resp_1/input_items", "v1/responses/compact",
        "v1/responses/input_tokens", "v1/Responses", "responses", "v1/embeddings/", "v1/engines/x/embeddings", "v1/completions/", "v1/engines/x/completions",
        "v1/realtime", "v1/realtime/sessions", "v1/realtime/client_secrets", "v1/realtime/calls", "v1/audio/speech", "v1/audio/transcriptions",
        "v1/audio/translations", "v1/images/generations", "v1/images/edits", "v1/images/variations", "v1/videos", "v1/videos/v_1/content", "v1/batches",
        "v1/fine_tuning/jobs", "v1/moderations", "v1/assistants", "v1/threads", "v1/threads/runs", "v1/vector_stores", "v1/uploads", "v1/evals",
        "v1/containers", "v1/conversations", "v1/chatkit/sessions", "v1/edits", "v1/answers", "openai/deployments/x/chat/completions",
        "v1beta/models/", "v1beta/models/x", "v1beta/models/gemini-2.5-pro/generateContent", "v1beta/models/:generateContent", "v1beta/models/x:",
        "v1beta/models/x:batchGenerateContent", "v1beta/models/x:asyncBatchEmbedContent", "v1beta/models/x:batchEmbedContents", "v1beta/models/x:predict",
        "v1beta/models/x:predictLongRunning", "v1beta/models/x:bidiGenerateContent", "v1beta/models/x:generateAnswer", "v1beta/models/x:generateText",
        "v1beta/models/x:GenerateContent", "v1beta/models/x:generatecontent", "v1beta/models/x:generateContent/", "v1beta/models/x:generateContent:y",
        "v1beta/models/x::generateContent", "v1beta/models/x/y:generateContent", "v1beta/models/x%2Fy:generateContent", "v1beta/models/x%3AgenerateContent",
        "v1beta/models/..:generateContent", "v1beta/models/.:generateContent", "v1beta/models/../models/x:generateContent",
        "v1beta/models//x:generateContent", "v1beta//models/x:generateContent", "/v1beta/models/x:generateContent", "v1/models/x:generateContent",
        "v1alpha/models/x:generateContent", "v1beta/Models/x:generateContent", "v1beta/tunedModels/x:generateContent", "v1beta/dynamic/x:generateContent",
        "v1beta/models/x y:generateContent", "v1beta/models/é:generateContent", "v1beta/models/x:countTokens ", "v1beta/cachedContents",
        "v1beta/cachedContents/c1", "v1beta/files", "v1beta/files/f1", "upload/v1beta/files", "v1beta/batches", "v1beta/operations", "v1beta/corpora",
        "v1beta/fileSearchStores", "v1beta/interactions", "v1beta/openai/chat/completions", "v1beta1/projects/p/locations/l/publishers/google/models/x",
        "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", "v1beta/models/x:streamGenerateContent%3Falt=sse",
        "v1internal:generateContent", "v1internal:streamGenerateContent",
    ];

    private static readonly string[] Allowed =
    [
        "AnthropicFormat POST v1/messages metered",
        "AnthropicFormat POST v1/messages/count_tokens free",
        "AnthropicFormat GET v1/models free",
        "AnthropicFormat HEAD  free",
        "OpenAiFormat POST v1/chat/completions metered",
        "OpenAiFormat POST v1/responses metered",
        "OpenAiFormat POST v1/embeddings metered",
        "OpenAiFormat POST v1/completions metered",
        "OpenAiFormat GET v1/models free",
        "GeminiFormat GET v1beta/models free",
        "GeminiFormat POST v1beta/models/gemini-2.5_pro:generateContent metered",
        "GeminiFormat POST v1beta/models/gemini-2.5_pro:streamGenerateContent metered",
        "GeminiFormat POST v1beta/models/gemini-2.5_pro:embedContent metered",
        "GeminiFormat POST v1beta/models/gemini-2.5_pro:countTokens free",
    ];

    [Test]
    public void Path_outside_of_the_table_is_refused_with_every_method() => Assert.That(
        from format in Formats
        from path in RefusedPaths
        from method in Methods
        where format.FindRoute(method, path) is not null
        select $"{format.GetType().Name} {method} {path}",
        Is.Empty);

    [Test]
    public void Allowed_paths_are_exactly_those_of_the_table()
    {
        var paths = Allowed.Select(line => line.Split(' ')[2]).Distinct().ToArray();
        var found =
            from format in Formats
            from method in Methods
            from path in paths
            let route = format.FindRoute(method, path)
            where route is not null
            select $"{format.GetType().Name} {method} {path} {(route.IsMetered ? "metered" : "free")}";
        Assert.That(found, Is.EquivalentTo(Allowed));
    }

    [Test]
    public void Gemini_route_names_the_model() =>
        Assert.That(new GeminiFormat().FindRoute("POST", "v1beta/models/gemini-2.5-pro:generateContent")!.Model, Is.EqualTo("gemini-2.5-pro"));
}
