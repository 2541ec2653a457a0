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

/// <summary>Somebody's call of a tool.</summary>
/// <param name="Mediator">Where requests go.</param>
/// <param name="Caller">Who calls.</param>
internal sealed record ToolCall(IMediator Mediator, Caller Caller)
{
    /// <summary>The agent that a call is about: the one whose key it comes with, else the one that it names.</summary>
    /// <exception cref="InvalidInputException">There is neither.</exception>
    public Guid AgentOf(Guid? named) => Caller.AgentId ?? named
        ?? throw new InvalidInputException("agent_id", "'agent_id' must not be empty: your key is not an agent's, so say which agent you are.");

    /// <summary>The session that a call names.</summary>
    /// <exception cref="InvalidInputException">It names none.</exception>
    public static long SessionOf(long? named) =>
        named ?? throw new InvalidInputException("session_id", "'session_id' must not be empty: it is the id that start_session answered.");
}

/// <summary>
/// A tool: reads its arguments as strictly as a body of the API, sends the same request, and answers what the API answers. A refusal is a
/// result that says what to do, and not a failure of the protocol: the model is to read it.
/// </summary>
/// <typeparam name="TArguments">Its arguments.</typeparam>
/// <param name="tool">What the model is told of it.</param>
/// <param name="run">What it does.</param>
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
            return Answer(await run(JsonSerializer.Deserialize<TArguments>(arguments, EntourageJson.Options)!, call, cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var problem = Problem.Of(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
            {
                LogFailed(services.GetRequiredService<ILogger<ToolCall>>(), tool.Name, exception);
            }

            return Refuse(problem.ToJson(services.GetRequiredService<IHttpContextAccessor>().HttpContext!), ToolAdvice.To(problem));
        }
    }

    private static CallToolResult Answer(object answer)
    {
        var json = JsonSerializer.SerializeToNode(answer, answer.GetType(), EntourageJson.Options)!;
        var content = new List<ContentBlock> { new TextContentBlock { Text = json.ToJsonString() } };
        if (json["stop"] is JsonValue stop && stop.GetValue<bool>())
        {
            content.Insert(0, new TextContentBlock { Text = ToolAdvice.Stop });
        }

        return new() { Content = content, StructuredContent = JsonSerializer.SerializeToElement(json) };
    }

    private static CallToolResult Refuse(JsonObject problem, string advice) => new()
    {
        IsError = true,
        Content = [new TextContentBlock { Text = $"{problem["detail"]} {advice}" }, new TextContentBlock { Text = problem.ToJsonString() }],
        StructuredContent = JsonSerializer.SerializeToElement(problem),
    };

    [LoggerMessage(1006, LogLevel.Error, "The tool {Tool} failed")]
    private static partial void LogFailed(ILogger logger, string tool, Exception exception);
}
