using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Api.Errors;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using MediatR;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Entourage.Api.Mcp;

/// <summary>A call of a tool.</summary>
internal sealed record ToolCall(IMediator Mediator, Caller Caller)
{
    /// <summary>The agent of the caller's key, else the agent that the call names.</summary>
    /// <exception cref="InvalidInputException">There is neither.</exception>
    public Guid AgentOf(Guid? named) => Caller.AgentId ?? named
        ?? throw new InvalidInputException("agent_id", "'agent_id' must not be empty, because your key does not belong to an agent.");

    /// <exception cref="InvalidInputException">The call names no session.</exception>
    public static long SessionOf(long? named) =>
        named ?? throw new InvalidInputException("session_id", "'session_id' must not be empty. It is the id that start_session returned.");
}

/// <summary>
/// A tool that parses its arguments as strictly as the API parses a body, sends the same request and returns the same answer. A refusal is a
/// tool result with advice and not a protocol error, so that the model reads it.
/// </summary>
internal sealed partial class BudgetTool<TArguments>(Tool tool, Func<TArguments, ToolCall, CancellationToken, Task<object>> run) : McpServerTool
{
    /// <inheritdoc/>
    public override Tool ProtocolTool => tool;

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata => [];

    /// <inheritdoc/>
    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        var services = request.Services!;
        try
        {
            var arguments = JsonSerializer.SerializeToUtf8Bytes(request.Params?.Arguments ?? new Dictionary<string, JsonElement>());
            var call = new ToolCall(services.GetRequiredService<IMediator>(), services.GetRequiredService<CallerContext>().Current);
            return ToResult(await run(JsonSerializer.Deserialize<TArguments>(arguments, EntourageJson.Options)!, call, cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var problem = Problem.Of(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
            {
                LogFailed(services.GetRequiredService<ILogger<ToolCall>>(), tool.Name, exception);
            }

            return ToRefusal(problem.ToJson(services.GetRequiredService<IHttpContextAccessor>().HttpContext!), ToolAdvice.For(problem));
        }
    }

    private static CallToolResult ToResult(object answer)
    {
        var json = JsonSerializer.SerializeToNode(answer, answer.GetType(), EntourageJson.Options)!;
        var content = new List<ContentBlock> { new TextContentBlock { Text = json.ToJsonString() } };
        if (json["stop"] is JsonValue stop && stop.GetValue<bool>())
        {
            content.Insert(0, new TextContentBlock { Text = ToolAdvice.Stop });
        }

        return new() { Content = content, StructuredContent = JsonSerializer.SerializeToElement(json) };
    }

    private static CallToolResult ToRefusal(JsonObject problem, string advice) => new()
    {
        IsError = true,
        Content = [new TextContentBlock { Text = $"{problem["detail"]} {advice}" }, new TextContentBlock { Text = problem.ToJsonString() }],
        StructuredContent = JsonSerializer.SerializeToElement(problem),
    };

    [LoggerMessage(1006, LogLevel.Error, "The tool {Tool} failed")]
    private static partial void LogFailed(ILogger logger, string tool, Exception exception);
}
