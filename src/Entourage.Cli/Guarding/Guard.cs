using System.Globalization;
using System.Text.Json;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Guarding;

/// <summary>
/// Asks the server whether an agent may go on, and passes its answer to the hook. It is started before every tool call, so it sends one request
/// with the framework's own client and loads nothing else.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="agent">The agent, by id or name; null for that of the key or the session.</param>
/// <param name="task">The task; null for that of the session.</param>
/// <param name="session">The session that was opened for the run; null where telemetry opens one.</param>
/// <param name="failOpen">Whether the agent may go on when the server cannot be asked.</param>
/// <param name="findAgent">Finds an agent by name, by further requests.</param>
internal sealed class Guard(Server server, string? agent, long? task, long? session, bool failOpen, Func<string, Task<Agent>> findAgent)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Answers the hook.</summary>
    /// <returns>The exit code: 0, or 2 where there is no hook's input and the agent must stop.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var input = await HookInput.ReadAsync();
        if (input?.IsOver == true)
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
            return (failOpen && isTransient) || input?.IsStop == true
                ? ExitCodes.Ok
                : await StopAsync(input, $"Entourage stops this run: the budget cannot be checked. {Plain.Of(exception.Message)}");
        }
    }

    private static async Task<int> AnswerAsync(HookInput? input, byte[] answer)
    {
        if (input is not null)
        {
            // Already in the form that the event allows.
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
            await Console.Error.WriteLineAsync(Plain.Of(reason));
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
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Patience }) { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(id)) { Content = new ByteArrayContent(BodyOf(input)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (server.ApiKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("X-API-Key", key);
        }

        try
        {
            // Not asynchronously: that would start threads which a single request has no use for.
            using var response = http.Send(request, cancellationToken);
            using var body = new MemoryStream();
            response.Content.ReadAsStream(cancellationToken).CopyTo(body);
            return response.IsSuccessStatusCode
                ? body.ToArray()
                : throw new GuardException(
                    $"{server.Url.GetLeftPart(UriPartial.Authority)} answered {(int)response.StatusCode}: {DetailOf(body.ToArray())}",
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
            return parsed.RootElement.TryGetProperty("detail", out var detail) ? $"{detail}" : "no reason was given.";
        }
        catch (GuardException)
        {
            return "no reason was given.";
        }
    }

    private static JsonDocument Parse(byte[] answer)
    {
        try
        {
            var parsed = JsonDocument.Parse(answer);
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? parsed : throw new GuardException("The answer is no JSON object.", isTransient: false);
        }
        catch (JsonException)
        {
            throw new GuardException("The answer is not JSON.", isTransient: false);
        }
    }
}

/// <summary>The server could not be asked, or refused to answer.</summary>
/// <param name="message">Why.</param>
/// <param name="isTransient">Whether the same request may succeed later.</param>
internal sealed class GuardException(string message, bool isTransient) : Exception(message)
{
    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
