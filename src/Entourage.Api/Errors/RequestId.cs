using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Errors;

/// <summary>The id of a request, which its answer, its trace and its lines in the log have in common.</summary>
internal static class RequestId
{
    /// <summary>The header of every answer of Entourage. Answers that pass through the gateway have the provider's own.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>The id of a request.</summary>
    public static string Of(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity.TraceId.ToString() ?? context.TraceIdentifier;
}
