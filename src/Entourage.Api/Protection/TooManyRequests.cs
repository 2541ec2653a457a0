using System.Globalization;
using Entourage.Api.Errors;

namespace Entourage.Api.Protection;

/// <summary>Tells a caller that it asks too often, and when to ask again.</summary>
internal static class TooManyRequests
{
    public static Task AnswerAsync(HttpContext context, TimeSpan wait, string detail)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return (Problem.Of(StatusCodes.Status429TooManyRequests) with { Detail = detail }).WriteAsync(context);
    }
}
