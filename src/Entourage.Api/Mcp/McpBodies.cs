using Entourage.Api.Errors;
using Entourage.Api.Protection;

namespace Entourage.Api.Mcp;

/// <summary>Refuses messages of the Model Context Protocol that hold too much, before they are parsed.</summary>
internal static class McpBodies
{
    /// <summary>Checks a request's body, and leaves it to be read.</summary>
    /// <exception cref="BodyLimitException">It holds too many values.</exception>
    public static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (HttpMethods.IsPost(request.Method))
        {
            var most = context.RequestServices.GetRequiredService<BodyBudget>().Limits.JsonValues;
            var body = await BodyReader.ReadToEndAsync(
                context,
                (arrived, isWhole) =>
                {
                    if (JsonScan.Find(arrived, isWhole, most, most, JsonScan.AnyDepth, context.RequestAborted) != JsonExcess.None)
                    {
                        throw new BodyLimitException($"The message has more than {most:N0} values (Limits:JsonValues). Send fewer arguments.");
                    }
                },
                context.RequestAborted);
            request.BodyReader.AdvanceTo(body.Start);
        }

        await next(context);
    }
}
