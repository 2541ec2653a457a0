using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>Points the clients of the providers at the gateway, so that a call is refused before it exceeds a cap.</summary>
/// <param name="server">The server.</param>
/// <param name="upstreams">The upstreams of its gateway.</param>
/// <param name="credential">What says which agent makes a call: its key or, on a server without keys, its id.</param>
/// <param name="session">The session of the command, or null for none.</param>
internal sealed class GatewayAccess(Server server, IReadOnlyList<Upstream> upstreams, string credential, Session? session)
{
    private const string OwnHeaders = "X-Entourage-";
    private const string LabelHeaders = "X-Entourage-Label-";
    private const string CodexProvider = "entourage";

    private readonly string? sessionId = session?.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns whether a client sends the session of the command with its calls.</summary>
    public bool IsNamedBy(IReadOnlyList<string> command) =>
        (ProgramName.Is(command, "claude") && Find("anthropic") is not null) || (ProgramName.Is(command, "codex") && Find("openai") is not null)
        || (ProgramName.Is(command, "gemini") && Find("gemini") is not null);

    /// <summary>Sets the base URLs and credentials. A provider without an upstream keeps what the user has set.</summary>
    public void AddTo(Dictionary<string, string> variables)
    {
        if (Find("anthropic") is { } anthropic)
        {
            variables["ANTHROPIC_BASE_URL"] = UrlOf(anthropic);
            AddHeaders(variables, "ANTHROPIC_CUSTOM_HEADERS", "\n", anthropic);
            if (!anthropic.PassesCredential)
            {
                // The user's own key would be taken for an Entourage key.
                variables.Remove("ANTHROPIC_API_KEY");
                variables["ANTHROPIC_AUTH_TOKEN"] = credential;
            }
        }

        // Except for Codex, clients of OpenAI take no headers from the environment, so that a call could not show two credentials.
        if (Find("openai") is { PassesCredential: false } openAi)
        {
            variables["OPENAI_BASE_URL"] = $"{UrlOf(openAi)}/v1";
            variables["OPENAI_API_KEY"] = credential;
        }

        if (Find("gemini") is { } gemini)
        {
            variables["GOOGLE_GEMINI_BASE_URL"] = UrlOf(gemini);
            AddHeaders(variables, "GEMINI_CLI_CUSTOM_HEADERS", ",", gemini);
            if (!gemini.PassesCredential)
            {
                variables["GEMINI_API_KEY"] = credential;
            }
        }
    }

    /// <summary>Returns the options with which Codex uses the gateway. It ignores <c>OPENAI_BASE_URL</c>, and a provider of its own needs no login.</summary>
    public IEnumerable<string> CodexOptions
    {
        get
        {
            if (Find("openai") is not { } openAi)
            {
                return [];
            }

            var named = sessionId is null ? "" : $"\"X-Entourage-Session\"=\"{sessionId}\"";

            // Other users of the machine can read a command line, so that it never contains the key.
            var (headers, headersFromEnvironment) = !openAi.PassesCredential ? (named, "")
                : credential == server.ApiKey ? (named, "\"X-Entourage-Key\"=\"ENTOURAGE_API_KEY\"")
                : ($"\"X-Entourage-Key\"=\"{credential}\"{(named.Length > 0 ? "," : "")}{named}", "");
            var provider = $"name=\"Entourage\",base_url=\"{UrlOf(openAi)}/v1\",env_key=\"OPENAI_API_KEY\",wire_api=\"responses\""
                + $",http_headers={{{headers}}},env_http_headers={{{headersFromEnvironment}}}";
            return ["-c", $"model_provider=\"{CodexProvider}\"", "-c", $"model_providers.{CodexProvider}={{{provider}}}"];
        }
    }

    private Upstream? Find(string name) => upstreams.FirstOrDefault(upstream => upstream.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && upstream.Format == name);

    private string UrlOf(Upstream upstream) => server.Url.AbsoluteUri.TrimEnd('/') + upstream.Path;

    // The headers of an outer run are replaced, and the user's own stay. The session that they name has the labels of the run.
    private void AddHeaders(Dictionary<string, string> variables, string name, string separator, Upstream upstream)
    {
        var kept = (variables.GetValueOrDefault(name) ?? "").Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(header => !header.StartsWith(OwnHeaders, StringComparison.OrdinalIgnoreCase) || header.StartsWith(LabelHeaders, StringComparison.OrdinalIgnoreCase));
        string[] own = [.. sessionId is null ? [] : new[] { $"X-Entourage-Session: {sessionId}" }, .. upstream.PassesCredential ? new[] { $"X-Entourage-Key: {credential}" } : []];
        var headers = string.Join(separator, kept.Concat(own));
        if (headers.Length > 0)
        {
            variables[name] = headers;
        }
        else
        {
            variables.Remove(name);
        }
    }
}
