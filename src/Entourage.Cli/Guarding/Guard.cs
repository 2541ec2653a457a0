using System.Globalization;
using System.Text.Json;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Guarding;

/// <summary>
/// Asks the server whether an agent can continue, and passes the response to the hook. The program starts before every tool call, so it sends
/// one request with the framework's HTTP client and loads nothing else.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="agent">The id or name of the agent, or null for the agent of the key or the session.</param>
/// <param name="task">The task, or null for the task of the session.</param>
/// <param name="session">The session of the run, or null if telemetry starts one.</param>
/// <param name="failOpen">Whether the agent can continue if the server is unavailable.</param>
/// <param name="findAgent">Finds an agent by name, with further requests.</param>
internal sealed class Guard(Server server, string? agent, long? task, long? session, bool failOpen, Func<string, Task<Agent>> findAgent)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Answers the hook.</summary>
    /// <returns>The exit code: 0, or 2 if there is no hook input and the agent must stop.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var input = await HookInput.ReadAsync();
        if (input?.CannotStop == true)
        {
            return ExitCodes.Ok;
        }

        try
        {
            return await AnswerAsync(input, await AskAsync(input, cancellationToken));
        }
        catch (Exception exception) when (exception is GuardException or EntourageException or CommandException)
        {
            var isTransient = exception is GuardException { IsTransient: true } or EntourageException { IsTransient: true };
            return (failOpen && isTransient) || input?.StopsAnyway == true
                ? ExitCodes.Ok
                : await StopAsync(input, $"Entourage stops this run: the budget cannot be checked. {PlainText.From(exception.Message)}");
        }
    }

    private static async Task<int> AnswerAsync(HookInput? input, byte[] answer)
    {
        if (input is not null)
        {
            // The response already has the form that the event expects.
            await WriteAsync(answer);
            return ExitCodes.Ok;
        }

        using var parsed = Parse(answer);
        return parsed.RootElement.TryGetProperty("stopReason", out var reason) ? await StopAsync(null, $"{reason}") : ExitCodes.Ok;
    }

    private static async Task<int> StopAsync(HookInput? input, string reason)
    {
        if (input is null)
        {
            await Console.Error.WriteLineAsync(PlainText.From(reason));
            return ExitCodes.Usage;
        }

        using var answer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            json.WriteBoolean("continue", value: false);
            json.WriteString("stopReason", reason);
            json.WriteEndObject();
        }

        await WriteAsync(answer.ToArray());
        return ExitCodes.Ok;
    }

    private static async Task WriteAsync(byte[] answer)
    {
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(answer);
    }

    private async Task<byte[]> AskAsync(HookInput? input, CancellationToken cancellationToken)
    {
        var id = agent is null || Guid.TryParse(agent, out _) ? agent : (await findAgent(agent)).Id.ToString();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = RequestTimeout }) { Timeout = RequestTimeout };
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(id)) { Content = new ByteArrayContent(BodyOf(input)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (server.ApiKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("X-API-Key", key);
        }

        try
        {
            // Synchronous, because a single request does not need the threads that an asynchronous one starts.
            using var response = http.Send(request, cancellationToken);
            using var body = new MemoryStream();
            response.Content.ReadAsStream(cancellationToken).CopyTo(body);
            return response.IsSuccessStatusCode
                ? body.ToArray()
                : throw new GuardException(
                    $"{server.Url.GetLeftPart(UriPartial.Authority)} responded with {(int)response.StatusCode}: {DetailOf(body.ToArray())}",
                    (int)response.StatusCode is >= 500 or 429 or 408);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new GuardException($"{server.Url.GetLeftPart(UriPartial.Authority)} cannot be reached: {exception.Message}", isTransient: true);
        }
    }

    private Uri AddressOf(string? agentId)
    {
        var query = string.Join('&', new[] { ("agent_id", agentId), ("task_id", TextOf(task)), ("session_id", TextOf(session)) }
            .Where(parameter => parameter.Item2 is not null)
            .Select(parameter => $"{parameter.Item1}={Uri.EscapeDataString(parameter.Item2!)}"));
        return new($"{server.Url.AbsoluteUri.TrimEnd('/')}/api/v1/hooks/claude-code?{query}");
    }

    private static string? TextOf(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static byte[] BodyOf(HookInput? input)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("hook_event_name", input?.Event ?? "PreToolUse");
            if (input?.SessionId is { } id)
            {
                json.WriteString("session_id", id);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static string DetailOf(byte[] problem)
    {
        try
        {
            using var parsed = Parse(problem);
            return parsed.RootElement.TryGetProperty("detail", out var detail) ? $"{detail}" : "no details.";
        }
        catch (GuardException)
        {
            return "no details.";
        }
    }

    private static JsonDocument Parse(byte[] answer)
    {
        try
        {
            var parsed = JsonDocument.Parse(answer);
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? parsed : throw new GuardException("The response is not a JSON object.", isTransient: false);
        }
        catch (JsonException)
        {
            throw new GuardException("The response is not JSON.", isTransient: false);
        }
    }
}

/// <summary>The server is unavailable or refused the request.</summary>
internal sealed class GuardException(string message, bool isTransient) : Exception(message)
{
    /// <summary>Whether the same request can succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
