using System.Text;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Formats.Anthropic;
using Entourage.Gateway.Formats.Gemini;
using Entourage.Gateway.Formats.OpenAi;

namespace Entourage.Gateway.Tests.Formats;

/// <summary>Requests and answers of the three formats.</summary>
internal static class Requests
{
    public static AnthropicFormat Anthropic { get; } = new();

    public static OpenAiFormat OpenAi { get; } = new();

    public static GeminiFormat Gemini { get; } = new();

    public static ModelRequest Message(string body) => Read(Anthropic, "v1/messages", body);

    public static ModelRequest Chat(string body) => Read(OpenAi, "v1/chat/completions", body);

    public static ModelRequest Response(string body) => Read(OpenAi, "v1/responses", body);

    public static ModelRequest Completion(string body) => Read(OpenAi, "v1/completions", body);

    public static ModelRequest Embedding(string body) => Read(OpenAi, "v1/embeddings", body);

    public static ModelRequest Generation(string body, string operation = "generateContent") =>
        Read(Gemini, $"v1beta/models/gemini-2.5-pro:{operation}", body);

    public static ModelRequest Read(IProviderFormat format, string path, string body) =>
        format.Read(format.FindRoute("POST", path)!, Encoding.UTF8.GetBytes(body));

    public static string Rewrite(IProviderFormat format, ModelRequest request, RequestChanges changes) =>
        Encoding.UTF8.GetString(format.Rewrite(request, changes).Span);

    /// <summary>Passes an answer through a meter in pieces.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cuts">Where it is cut.</param>
    /// <returns>What was passed on.</returns>
    public static byte[] PassAll(UsageMeter meter, byte[] answer, params IEnumerable<int> cuts)
    {
        using var passed = new MemoryStream();
        var from = 0;
        foreach (var cut in cuts.Order().Append(answer.Length))
        {
            // A copy, so that a meter that keeps the memory of a piece is found out.
            var piece = answer[from..cut];
            passed.Write(meter.Pass(piece).Span);
            Array.Fill(piece, (byte)'#');
            from = cut;
        }

        passed.Write(meter.End().Span);
        return passed.ToArray();
    }

    public static UsageMeter Metered(UsageMeter meter, string answer)
    {
        PassAll(meter, Encoding.UTF8.GetBytes(answer));
        return meter;
    }

    /// <summary>Everything that a meter says, for comparison.</summary>
    public static string StateOf(UsageMeter meter) =>
        $"{meter.Model} {meter.ResponseId} {meter.Tier} {meter.Usage} final={meter.IsFinal} bytes={meter.OutputBytes} error={meter.IsError} "
        + $"searches={meter.WebSearches}";
}
