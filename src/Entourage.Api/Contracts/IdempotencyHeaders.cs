using Entourage.Application.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Entourage.Api.Contracts;

/// <summary>Tells callers when an answer is one that was given before under the same key.</summary>
internal sealed class IdempotencyHeaders(IdempotentReplay replay) : IResultFilter
{
    /// <summary>The request header that carries the key.</summary>
    public const string Key = "Idempotency-Key";

    private const string Replayed = "Idempotent-Replayed";

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
