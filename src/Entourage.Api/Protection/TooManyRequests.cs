using System.Globalization;
using Entourage.Api.Errors;

namespace Entourage.Api.Protection;

/// <summary>Answers 429 with the time to wait.</summary>
internal static class TooManyRequests
{
    public static Task WriteAsync(HttpContext context, TimeSpan wait, string detail)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return (Problem.Of(StatusCodes.Status429TooManyRequests) with { Detail = detail }).WriteAsync(context);
    }
}
