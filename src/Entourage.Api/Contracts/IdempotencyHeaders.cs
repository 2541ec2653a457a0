using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Entourage.Api.Contracts;

/// <summary>Refuses blank keys, and tells callers when an answer is one that was given before under the same key.</summary>
internal sealed class IdempotencyHeaders(IdempotentReplay replay) : IActionFilter, IResultFilter
{
    /// <summary>The request header that carries the key.</summary>
    public const string Key = IdempotencyToken.Header;

    private const string Replayed = "Idempotent-Replayed";

    // Binding takes a blank header for an absent one: the caller would think itself safe to retry.
    public void OnActionExecuting(ActionExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.TryGetValue(Key, out var key) && string.IsNullOrWhiteSpace(key))
        {
            throw new InvalidInputException(Key, "A key is not blank.");
        }
    }

    public void OnActionExecuted(ActionExecutedContext context)
    {
    }

    public void OnResultExecuting(ResultExecutingContext context)
    {
        if (replay.Happened)
        {
            context.HttpContext.Response.Headers[Replayed] = "true";
        }
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
    }
}
