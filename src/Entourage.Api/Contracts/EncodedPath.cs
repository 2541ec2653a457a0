using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Contracts;

/// <summary>Reads names that may contain slashes from the end of a path.</summary>
internal static class EncodedPath
{
    /// <summary>
    /// The name that a catch-all route parameter holds, fully decoded. The server decodes a path except for <c>%2F</c>, so that
    /// <c>acme%2Fhouse-1</c> and <c>acme%252Fhouse-1</c> look alike in the parameter; the request line tells them apart.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="value">What routing put into the parameter: the last segments of the path; null where they are blank.</param>
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

        // A target that is not the path, as behind a middleware that rewrote it, says nothing about the name.
        return Uri.UnescapeDataString(written.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase)).Equals(value, StringComparison.OrdinalIgnoreCase)
            ? Uri.UnescapeDataString(written)
            : value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }
}
