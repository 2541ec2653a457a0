using System.Text;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Upstreams;
using Microsoft.Extensions.Options;

namespace Entourage.Gateway.Tests.Upstreams;

/// <summary>How the output limit of a chat request is written for each upstream of the format <c>openai</c>.</summary>
internal sealed class ChatLimitTests
{
    [TestCase("openai", null, null, "max_completion_tokens")]
    [TestCase("openai", "http://a-company-proxy/openai", null, "max_completion_tokens")]
    [TestCase("eu", "https://eu.api.openai.com", null, "max_completion_tokens")]
    [TestCase("azure", "https://acme.openai.azure.com/openai", null, "max_completion_tokens")]
    [TestCase("openrouter", "https://openrouter.ai/api", null, "max_tokens")]
    [TestCase("ollama", "http://localhost:11434", null, "max_tokens")]
    [TestCase("ollama", "http://notopenai.com", null, "max_tokens")]
    [TestCase("ollama", "http://localhost:11434", ChatLimit.MaxCompletionTokens, "max_completion_tokens")]
    [TestCase("openai", "http://localhost:11434", ChatLimit.MaxTokens, "max_tokens")]
    public void Limit_is_written_as_the_upstream_knows_it(string name, string? baseUrl, ChatLimit? limit, string expected)
    {
        var options = new GatewayOptions { Upstreams = { [name] = new() { Format = "openai", BaseUrl = baseUrl, ChatLimit = limit } } };
        var format = new UpstreamList(Options.Create(options)).Find(name)!.Format;

        var request = format.Read(format.FindRoute("POST", "v1/chat/completions")!, """{"model":"m"}"""u8.ToArray());
        var sent = format.Rewrite(request, new RequestChanges(MaxOutputTokens: 9));

        Assert.That(Encoding.UTF8.GetString(sent.Span), Is.EqualTo($$"""{"{{expected}}":9,"model":"m"}"""));
    }
}
