using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Contracts;

/// <summary>Answers with JSON whatever the client accepts, and documents that. There is nothing to negotiate for each request.</summary>
internal sealed class JsonAnswers(IOptions<MvcOptions> options) : OutputFormatterSelector
{
    private readonly SystemTextJsonOutputFormatter json = options.Value.OutputFormatters.OfType<SystemTextJsonOutputFormatter>().Single();
    private readonly HttpNoContentOutputFormatter nothing = options.Value.OutputFormatters.OfType<HttpNoContentOutputFormatter>().Single();

    public override IOutputFormatter SelectFormatter(
        OutputFormatterCanWriteContext context, IList<IOutputFormatter> formatters, MediaTypeCollection contentTypes)
    {
        if (context.Object is null)
        {
            return nothing;
        }

        context.ContentType = MediaTypeNames.Application.Json;
        return json;
    }

    /// <summary>The media type of all answers, for the API description.</summary>
    internal sealed class Description : IApiResponseMetadataProvider
    {
        public Type? Type => null;

        public int StatusCode => StatusCodes.Status200OK;

        public void SetContentTypes(MediaTypeCollection contentTypes) => contentTypes.Add(MediaTypeNames.Application.Json);
    }
}
