using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Entourage.Api.Contracts;

/// <summary>Refuses blank idempotency keys, and marks replayed answers with a header.</summary>
internal sealed class IdempotencyHeaders : IActionFilter
{
    /// <summary>The request header with the idempotency key.</summary>
    public const string Key = IdempotencyToken.Header;

    private const string Replayed = "Idempotent-Replayed";

    // Binding treats a blank header as absent, but the caller would assume that retries are safe.
    public void OnActionExecuting(ActionExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.TryGetValue(Key, out var key) && string.IsNullOrWhiteSpace(key))
        {
            throw new InvalidInputException(Key, "The key must not be blank.");
        }
    }

    public void OnActionExecuted(ActionExecutedContext context)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && http.RequestServices.GetRequiredService<IdempotentReplay>().Happened)
        {
            http.Response.Headers[Replayed] = "true";
        }
    }
}
