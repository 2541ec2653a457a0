using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Prices;

/// <summary>Parses the names that providers, clouds and gateways give to one model, by the naming rules of each provider.</summary>
/// <remarks>
/// A name that no rule matches in full stays a separate model, so that no model gets a similar model's price: <c>gpt-4o-mini-tts</c> is not
/// <c>gpt-4o-mini</c>, and <c>house-v2</c> is not <c>house</c>.
/// </remarks>
public static partial class ModelName
{
    // From this Claude generation on, the tier comes before the version: claude-3-5-sonnet, but claude-sonnet-4-5.
    private const int FirstTierFirstMajor = 4;

    // Bedrock charges more for regional than for global endpoints from Claude 4.5 on (Sonnet, Haiku and Opus 4.5 and later).
    private const int FirstSurchargedMajor = 4;
    private const int FirstSurchargedMinor = 5;

    // There are few models, and budgets ask for the base of each call's.
    private const int MaxBases = 4_096;

    private static readonly ConcurrentDictionary<string, string> Bases = new(StringComparer.Ordinal);

    /// <summary>Normalises a name to the form in which prices are listed: lower case, trimmed.</summary>
    public static string Normalise(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
#pragma warning disable CA1308 // Model names are lower case by convention.
        return model.Trim().ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>
    /// Returns the names under which a model may be listed, most specific first: the given name; the name without the prefixes and suffixes
    /// of a gateway (<c>anthropic/</c>, <c>openai:</c>, <c>:nitro</c>) or a cloud (<c>us.anthropic.</c>, <c>-v1:0</c>, an ARN); the
    /// provider's spelling; and the name without the date or word that selects a snapshot (<c>-20250514</c>, <c>-001</c>, <c>-latest</c>).
    /// </summary>
    /// <param name="model">Any name of the model.</param>
    internal static IEnumerable<string> Candidates(string model)
    {
        var name = Normalise(model);
        return Spellings(name).Prepend(name).Distinct(StringComparer.Ordinal);
    }

    /// <summary>
    /// Returns the shortest of the names under which a model may be listed: <c>claude-sonnet-4</c> for <c>us.anthropic.claude-sonnet-4-20250514-v1:0</c>. An
    /// alias and the snapshots that a provider answers it with have the same.
    /// </summary>
    /// <param name="model">Any name of the model.</param>
    internal static string Base(string model)
    {
        if (Bases.TryGetValue(model, out var known))
        {
            return known;
        }

        if (Bases.Count >= MaxBases)
        {
            Bases.Clear();
        }

        return Bases[model] = Candidates(model).Last();
    }

    /// <summary>
    /// Whether a name selects a regional endpoint of Amazon Bedrock (<c>us.anthropic.claude-sonnet-4-5-20250929-v1:0</c>, or a model id
    /// without <c>global.</c>) for a Claude model that costs more there than at the global endpoint: Claude 4.5 and later.
    /// </summary>
    /// <param name="model">Any name of the model.</param>
    internal static bool IsSurchargedBedrockRegion(string model)
    {
        var bedrock = BedrockId.Match(WithoutGateway(Normalise(model)));
        return bedrock.Success
            && bedrock.Groups["provider"].Value == "anthropic"
            && bedrock.Groups["region"].Value != "global"
            && Claude.Match(bedrock.Groups["model"].Value) is { Success: true } claude
            && (MajorOf(claude), MinorOf(claude)).CompareTo((FirstSurchargedMajor, FirstSurchargedMinor)) >= 0;
    }

    private static IEnumerable<string> Spellings(string name)
    {
        var plain = WithoutGateway(name);
        if (plain.StartsWith("ft:", StringComparison.Ordinal) || plain.EndsWith(":free", StringComparison.Ordinal))
        {
            // A fine-tuned model has different rates, and a free variant has none.
            yield return plain;
            yield break;
        }

        plain = GatewayVariant.Replace(plain, "");
        if (BedrockId.Match(plain) is { Success: true } bedrock)
        {
            var (provider, model) = (bedrock.Groups["provider"].Value, bedrock.Groups["model"].Value);
            plain = provider is "anthropic" or "openai" or "google" ? model : $"{provider}.{model}";
        }

        if (Claude.Match(plain) is { Success: true } claude)
        {
            var undated = UndatedClaude(claude);
            if (claude.Groups["date"].ValueSpan is { Length: > 0 } date)
            {
                yield return $"{undated}-{date}";
            }

            yield return undated;
            yield break;
        }

        if (Gemini.Match(plain) is { Success: true } gemini)
        {
            yield return plain;
            if (gemini.Groups["preview"].Success)
            {
                yield return $"{gemini.Groups["model"].Value}-preview";
            }

            yield return gemini.Groups["model"].Value;
            yield break;
        }

        // Azure deployment names cannot contain a dot.
        plain = AzureGpt35.Replace(plain, "gpt-3.5-");
        yield return plain;
        yield return Snapshot.Replace(plain, "");
    }

    // Gateway prefixes can be nested: openrouter/anthropic/..., bedrock:us.anthropic...,
    // projects/p/locations/l/publishers/google/models/...
    private static string WithoutGateway(string name)
    {
        if (FineTuned.Match(name) is { Success: true } fineTuned)
        {
            return name[fineTuned.Groups["model"].Index..];
        }

        while (true)
        {
            var inner = ProviderPrefix.Replace(name, "");
            inner = inner[(inner.LastIndexOf('/') + 1)..];
            if (inner == name || inner.Length == 0)
            {
                return name;
            }

            name = inner;
        }
    }

    private static string UndatedClaude(Match claude)
    {
        var (major, minor, tier) = (MajorOf(claude), MinorOf(claude), claude.Groups["tier"].Value);
        var version = minor == 0 ? $"{major}" : $"{major}-{minor}";
        return major < FirstTierFirstMajor ? $"claude-{version}-{tier}" : $"claude-{tier}-{version}";
    }

    private static int MajorOf(Match claude) => int.Parse(claude.Groups["major"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private static int MinorOf(Match claude) => claude.Groups["minor"] is { Success: true } minor
        ? int.Parse(minor.ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
        : 0;

    // Only known providers and gateways, because a colon also separates a tag (llama3:8b) and the parts of a fine-tuned model
    // (ft:gpt-4o:acme).
    [GeneratedRegex(
        @"^(anthropic|openai(-(chat|responses))?|azure([-_](openai|ai))?|google([-_](gla|vertex|genai|vertexai|anthropic[-_]vertex))?|vertex([-_]?ai)?|gemini|bedrock([-_]converse)?|aws|openrouter|litellm([-_]proxy)?|github([-_](copilot|models))?|copilot|gateway)[:/](?!/)")]
    private static partial Regex ProviderPrefix { get; }

    [GeneratedRegex(@"(^|[/:])(?<model>ft:)")]
    private static partial Regex FineTuned { get; }

    // OpenRouter's routing variants. The model and its rates stay the same.
    [GeneratedRegex(@":(thinking|nitro|floor|beta|online|extended|exacto)$")]
    private static partial Regex GatewayVariant { get; }

    // [region.]provider.model[-vN[:revision[:context]]], also as the last part of an inference profile's ARN. OpenAI's models end in
    // "-1:0".
    [GeneratedRegex(
        @"^((?<region>[a-z]{2,6}(-gov)?)\.)?(?<provider>ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|stability|twelvelabs|writer|zai)\.(?<model>[a-z][a-z0-9.@-]*?)(-v\d+(:\d+(:\d+k)?)?|-\d+:\d+|:\d+)?(?<context>\[1m\])?$")]
    private static partial Regex BedrockId { get; }

    // claude-3-5-sonnet-20241022, claude-sonnet-4-5@20250929, claude-4.6-sonnet-20260217, claude-3-5-sonnet-v2@20241022, claude-opus-5[1m].
    // A revision (-v2) names a snapshot. [1m] allows a longer prompt, and the actual length decides the rates.
    [GeneratedRegex(
        @"^claude-((?<tier>[a-z]+)-(?<major>\d{1,2})([.-](?<minor>\d{1,2}))?|(?<major>\d{1,2})([.-](?<minor>\d{1,2}))?-(?<tier>[a-z]+))(-v\d{1,2})?([-@](?<date>20\d{6}|20\d\d-\d\d-\d\d)|[-@]latest|@default)?(-v\d{1,2})?(-thinking)?(\[1m\])?$")]
    private static partial Regex Claude { get; }

    // gemini-2.0-flash-001, gemini-2.5-pro-preview-05-06, gemini-2.5-flash-preview-09-2025, gemini-1.5-pro-latest.
    [GeneratedRegex(
        @"^(?<model>gemini-\d+(\.\d+)?-[a-z]+(-lite)?)((?<preview>-preview(-\d\d-\d\d|-\d\d-20\d\d)?)|[-@]00\d|-latest|@default)$")]
    private static partial Regex Gemini { get; }

    [GeneratedRegex(@"^gpt-35-")]
    private static partial Regex AzureGpt35 { get; }

    [GeneratedRegex(@"([-@]20\d{6}|-20\d\d-\d\d-\d\d|[-@]latest|@default)$")]
    private static partial Regex Snapshot { get; }
}
