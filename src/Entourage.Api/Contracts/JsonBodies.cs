using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Contracts;

/// <summary>Reads bodies as the framework does, and answers for those that it would fail at.</summary>
/// <param name="json">The framework's own reader.</param>
internal sealed class JsonBodies(SystemTextJsonInputFormatter json) : IInputFormatter, IApiRequestFormatMetadataProvider
{
    /// <summary>Puts it in the place of the framework's.</summary>
    public static void Install(MvcOptions options)
    {
        var json = options.InputFormatters.OfType<SystemTextJsonInputFormatter>().Single();

        // JSON on a network is UTF-8 (RFC 8259). A body that ends in half a character of UTF-16 would be a failure of the server.
        foreach (var encoding in json.SupportedEncodings.Where(encoding => encoding is not UTF8Encoding).ToArray())
        {
            json.SupportedEncodings.Remove(encoding);
        }

        options.InputFormatters[options.InputFormatters.IndexOf(json)] = new JsonBodies(json);
    }

    public bool CanRead(InputFormatterContext context) => json.CanRead(context);

    public async Task<InputFormatterResult> ReadAsync(InputFormatterContext context)
    {
        try
        {
            return await json.ReadAsync(context);
        }
        catch (InvalidOperationException exception) when (exception.TargetSite?.DeclaringType == typeof(ModelStateDictionary))
        {
            // It takes the brackets and points in the name of an unknown member for a path, and refuses one of too many parts.
            context.ModelState.TryAddModelError("", new JsonException("There is no such member."), context.Metadata);
            return await InputFormatterResult.FailureAsync();
        }
    }

    public IReadOnlyList<string>? GetSupportedContentTypes(string? contentType, Type objectType) => json.GetSupportedContentTypes(contentType!, objectType);
}
