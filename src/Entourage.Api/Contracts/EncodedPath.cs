using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Contracts;

/// <summary>Reads a name that may contain slashes from the end of a path.</summary>
internal static class EncodedPath
{
    /// <summary>
    /// Decodes the name in a catch-all route parameter. The server decodes everything but <c>%2F</c>, so <c>acme%2Fhouse-1</c> and
    /// <c>acme%252Fhouse-1</c> look the same in the parameter. Only the request line tells them apart.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="value">The value of the route parameter: the last segments of the path; null if they are blank.</param>
    public static string NameIn(HttpRequest request, string? value)
    {
        if (value is null)
        {
            return "";
        }

        if (!value.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            return value;
        }

        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var segments = target.Split('?', 2)[0].Split('/');
        var count = value.Split('/').Length;
        var written = count <= segments.Length ? string.Join('/', segments[^count..]) : "";

        // If middleware rewrote the path, the request line does not contain the name.
        return Uri.UnescapeDataString(written.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase)).Equals(value, StringComparison.OrdinalIgnoreCase)
            ? Uri.UnescapeDataString(written)
            : value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }
}
