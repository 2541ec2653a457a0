using Entourage.Api.Errors;
using Entourage.Api.Protection;

namespace Entourage.Api.Mcp;

/// <summary>Limits the number of values in messages of the Model Context Protocol, before they are parsed.</summary>
internal static class McpBodies
{
    /// <summary>Checks a body without consuming it.</summary>
    /// <exception cref="BodyLimitException">The body has too many values.</exception>
    public static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (HttpMethods.IsPost(request.Method))
        {
            var max = context.RequestServices.GetRequiredService<BodyBudget>().Limits.JsonValues;
            var body = await BodyReader.ReadToEndAsync(
                context,
                (arrived, isWhole) =>
                {
                    JsonScan.CheckValues(arrived, isWhole, max, context.RequestAborted);
                },
                context.RequestAborted);
            request.BodyReader.AdvanceTo(body.Start);
        }

        await next(context);
    }
}
