using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

internal sealed class ModelNameTests
{
    // Anthropic, in either word order, with dots or dashes.
    [TestCase("claude-sonnet-4-5", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4-5-20250929", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4.5", "claude-sonnet-4-5")]
    [TestCase("claude-4.5-sonnet", "claude-sonnet-4-5")]
    [TestCase("claude-4-5-sonnet-20250929", "claude-sonnet-4-5")]
    [TestCase("claude-4-sonnet", "claude-sonnet-4")]
    [TestCase("claude-sonnet-4-0", "claude-sonnet-4")]
    [TestCase("claude-4-0-opus", "claude-opus-4")]
    [TestCase("claude-opus-4-20250514", "claude-opus-4")]
    [TestCase("claude-3.5-sonnet", "claude-3-5-sonnet")]
    [TestCase("claude-sonnet-3-5", "claude-3-5-sonnet")]
    [TestCase("claude-3-7-sonnet-latest", "claude-3-7-sonnet")]
    [TestCase("claude-3.7-sonnet:thinking", "claude-3-7-sonnet")]
    [TestCase("claude-haiku-3", "claude-3-haiku")]
    [TestCase("claude-3-opus-20240229", "claude-3-opus")]
    [TestCase("claude-opus-5[1m]", "claude-opus-5")]
    [TestCase("claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5")]
    [TestCase("claude-opus-5-5", "claude-opus-5-5")]
    [TestCase(" Claude-Fable-5-1 ", "claude-fable-5-1")]
    // Gateways.
    [TestCase("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5")]
    [TestCase("anthropic:claude-sonnet-4-5", "claude-sonnet-4-5")]
    [TestCase("anthropic/claude-4.6-sonnet-20260217", "claude-sonnet-4-6")]
    [TestCase("openrouter/anthropic/claude-opus-5", "claude-opus-5")]
    [TestCase("openrouter:anthropic/claude-sonnet-4.5:beta", "claude-sonnet-4-5")]
    [TestCase("openai/gpt-5:nitro", "gpt-5")]
    [TestCase("openai/gpt-5-mini:floor", "gpt-5-mini")]
    [TestCase("google/gemini-2.5-pro:online", "gemini-2.5-pro")]
    [TestCase("openai:gpt-5", "gpt-5")]
    [TestCase("openai-responses:gpt-5-2025-08-07", "gpt-5")]
    [TestCase("google-gla:gemini-2.5-flash", "gemini-2.5-flash")]
    [TestCase("google_vertexai:gemini-2.5-flash", "gemini-2.5-flash")]
    [TestCase("litellm_proxy/azure/gpt-4o-2024-08-06", "gpt-4o")]
    [TestCase("models/gemini-2.5-flash", "gemini-2.5-flash")]
    [TestCase("acme-proxy/claude-sonnet-4-5", "claude-sonnet-4-5")]
    // Amazon Bedrock.
    [TestCase("anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet")]
    [TestCase("anthropic.claude-3-5-sonnet-20240620-v1:0:200k", "claude-3-5-sonnet")]
    [TestCase("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4")]
    [TestCase("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5")]
    [TestCase("apac.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku")]
    [TestCase("jp.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5")]
    [TestCase("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5")]
    [TestCase("global.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5")]
    [TestCase("global.anthropic.claude-opus-5", "claude-opus-5")]
    [TestCase("anthropic.claude-opus-5-v2", "claude-opus-5")]
    [TestCase("bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku")]
    [TestCase("bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5")]
    [TestCase("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku")]
    [TestCase("arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5")]
    // Vertex AI.
    [TestCase("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet")]
    [TestCase("claude-3-5-sonnet@20240620", "claude-3-5-sonnet")]
    [TestCase("claude-opus-4-1@20250805", "claude-opus-4-1")]
    [TestCase("claude-opus-5@default", "claude-opus-5")]
    [TestCase("publishers/anthropic/models/claude-sonnet-4-5@20250929", "claude-sonnet-4-5")]
    [TestCase("projects/p/locations/us-east5/publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro")]
    // Google.
    [TestCase("gemini-2.0-flash-001", "gemini-2.0-flash")]
    [TestCase("gemini-2.0-flash-lite-001", "gemini-2.0-flash-lite")]
    [TestCase("gemini-1.5-pro-002", "gemini-1.5-pro")]
    [TestCase("gemini-1.5-flash-latest", "gemini-1.5-flash")]
    [TestCase("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro")]
    [TestCase("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash")]
    [TestCase("gemini-2.5-flash-lite-preview-09-2025", "gemini-2.5-flash-lite")]
    [TestCase("gemini-3-pro-preview", "gemini-3-pro-preview")]
    [TestCase("gemini-3-pro-preview-11-2025", "gemini-3-pro-preview")]
    // OpenAI, and Azure's names without a dot.
    [TestCase("gpt-5-2025-08-07", "gpt-5")]
    [TestCase("gpt-4-0613", "gpt-4")]
    [TestCase("gpt-4-0125-preview", "gpt-4-turbo")]
    [TestCase("gpt-4-turbo-2024-04-09", "gpt-4-turbo")]
    [TestCase("gpt-3.5-turbo-0125", "gpt-3.5-turbo")]
    [TestCase("gpt-35-turbo", "gpt-3.5-turbo")]
    [TestCase("azure/gpt-35-turbo-0125", "gpt-3.5-turbo")]
    [TestCase("gpt-4o-2024-05-13", "gpt-4o-2024-05-13")] // has its own price
    [TestCase("gpt-5.6", "gpt-5.6-sol")]
    [TestCase("gpt-5.6-2026-01-01", "gpt-5.6-sol")]
    [TestCase("o3-2025-04-16", "o3")]
    public void A_listed_model_is_found_by_each_of_its_names(string name, string listed)
    {
        Assert.That(PriceCatalogue.ModelOf(name), Is.EqualTo(listed));
        Assert.That(List.Find(name, TestTime.Now)?.Model, Is.EqualTo(listed));
    }

    [TestCase("gpt-5.9-mini")]
    [TestCase("gpt-5-turbo")]
    [TestCase("gpt-4o-mini-tts")]
    [TestCase("gpt-4o-audio-preview-2024-12-17")]
    [TestCase("gpt-4o-realtime-preview")]
    [TestCase("gpt-3.5-turbo-0613")]
    [TestCase("gpt-4-32k-0613")]
    [TestCase("gpt-35-turbo-16k")]
    [TestCase("gpt-image-1")]
    [TestCase("ft:gpt-4o-2024-08-06:acme::abc123")]
    [TestCase("openai/ft:gpt-4o-mini-2024-07-18:acme/team::abc123")]
    [TestCase("gpt-4o-mini-2024-07-18.ft-abc123")]
    [TestCase("gemini-2.5-flash-image")]
    [TestCase("gemini-3.1-flash-image-preview")]
    [TestCase("gemini-2.5-flash-preview-tts")]
    [TestCase("gemini-2.0-flash-live-001")]
    [TestCase("gemini-2.5-pro-exp-03-25")]
    [TestCase("gemini-3-pro")]
    [TestCase("claude-opus-9")]
    [TestCase("claude-sonnet-4-6-fast")]
    [TestCase("claude-sonnet")]
    [TestCase("opus")]
    [TestCase("deepseek/deepseek-r1:free")]
    [TestCase("openai/gpt-4o-mini:free")]
    [TestCase("house-v2")]
    [TestCase("gpt-5-v2")]
    [TestCase("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6")]
    public void An_unlisted_model_never_gets_the_price_of_a_similar_one(string name) =>
        Assert.That(List.Find(name, TestTime.Now), Is.Null);

    [TestCase("deepseek-v2", "deepseek-v2")]
    [TestCase("deepseek-v3", "deepseek-v3")]
    [TestCase("deepseek.v3-v1:0", "deepseek.v3")]
    [TestCase("us.amazon.nova-pro-v1:0", "amazon.nova-pro")]
    [TestCase("openai.gpt-oss-120b-1:0", "gpt-oss-120b")]
    [TestCase("llama3:8b", "llama3:8b")]
    [TestCase("acme/house-1-20260101", "house-1")]
    [TestCase("mistral-large-latest", "mistral-large")]
    [TestCase("house-1", "house-1")]
    public void An_unlisted_model_has_one_canonical_name(string name, string model) =>
        Assert.That(PriceCatalogue.ModelOf(name), Is.EqualTo(model));

    [TestCase("Claude-Opus-5 ", "claude-opus-5")]
    [TestCase("claude-opus-5@20260101", "claude-opus-5@20260101", "claude-opus-5-20260101", "claude-opus-5")]
    [TestCase("eu.anthropic.claude-opus-5-20260101-v1:0", "eu.anthropic.claude-opus-5-20260101-v1:0", "claude-opus-5-20260101", "claude-opus-5")]
    [TestCase("gpt-5-2025-08-07", "gpt-5-2025-08-07", "gpt-5")]
    [TestCase("acme/house-v2", "acme/house-v2", "house-v2")]
    public void Candidates_run_from_the_most_specific_to_the_least(string model, params string[] names) =>
        Assert.That(ModelName.Candidates(model), Is.EqualTo(names));

    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", true)]
    [TestCase("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", true)]
    [TestCase("anthropic.claude-haiku-4-5-20251001-v1:0", true)]
    [TestCase("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-5-v1", true)]
    [TestCase("global.anthropic.claude-sonnet-4-5-20250929-v1:0", false)]
    [TestCase("us.anthropic.claude-sonnet-4-20250514-v1:0", false)]
    [TestCase("us.anthropic.claude-3-5-sonnet-20241022-v2:0", false)]
    [TestCase("us.amazon.nova-pro-v1:0", false)]
    [TestCase("claude-sonnet-4-5", false)]
    public void Regional_bedrock_ids_from_claude_4_5_on_are_surcharged(string model, bool isSurcharged) =>
        Assert.That(ModelName.IsSurchargedBedrockRegion(model), Is.EqualTo(isSurcharged));

    private static readonly PriceList List = new(PriceCatalogue.MissingFrom([], TestTime.Now));
}
