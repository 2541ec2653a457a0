using System.Buffers;
using System.Text;
using System.Text.Json;
using Entourage.Api.Errors;
using Entourage.Api.Protection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Contracts;

/// <summary>Reads JSON bodies with the framework's formatter, but limits their number of values and handles input that it fails on.</summary>
internal sealed class JsonBodies(SystemTextJsonInputFormatter json) : IInputFormatter, IApiRequestFormatMetadataProvider
{
    // A value takes at least a digit and a comma.
    private const int MinBytesPerValue = 2;

    // Generous: an item has fewer than 20 members and 10 labels, each with a name and a value.
    private const int MaxValuesPerItem = 100;

    // The usual content types, so that most requests need no parsing of the header.
    private static readonly string[] Utf8Types = ["application/json", "application/json; charset=utf-8"];

    /// <summary>Replaces the framework's formatter.</summary>
    public static void Install(MvcOptions options)
    {
        var json = options.InputFormatters.OfType<SystemTextJsonInputFormatter>().Single();

        // JSON on a network is UTF-8 (RFC 8259). A body that ends in an incomplete UTF-16 character would make the framework fail.
        foreach (var encoding in json.SupportedEncodings.Where(encoding => encoding is not UTF8Encoding).ToArray())
        {
            json.SupportedEncodings.Remove(encoding);
        }

        options.InputFormatters[options.InputFormatters.IndexOf(json)] = new JsonBodies(json);
    }

    public bool CanRead(InputFormatterContext context) => json.CanRead(context);

    public async Task<InputFormatterResult> ReadAsync(InputFormatterContext context)
    {
        var http = context.HttpContext;
        var budget = http.RequestServices.GetRequiredService<BodyBudget>();
        var isBatch = context.ModelType == typeof(RecordUsageBatchRequest);

        // Too small to exceed the limit, so it need not be scanned.
        if (!isBatch && http.Request.ContentLength < Math.Min(BodyBudget.LargeBytes, (long)budget.Limits.JsonValues * MinBytesPerValue))
        {
            return await TryReadSmallAsync(context) is { } model ? await InputFormatterResult.SuccessAsync(model) : await ReadCheckedAsync(context);
        }

        ReadOnlySequence<byte> body;
        try
        {
            body = await BodyReader.ReadToEndAsync(http, isBatch ? CheckBatch : Check, http.RequestAborted);
        }
        catch (BatchTooLongException)
        {
            // The validator answers with the reason.
            return await InputFormatterResult.SuccessAsync(RecordUsageBatchRequest.TooLong);
        }

        var isLarge = body.Length > BodyBudget.LargeBytes;
        http.Request.BodyReader.AdvanceTo(body.Start);
        using var slot = isLarge ? await budget.EnterAsync(http, http.RequestAborted) : null;
        return await ReadCheckedAsync(context);

        void Check(ReadOnlySequence<byte> arrived, bool isWhole) =>
            JsonScan.CheckValues(arrived, isWhole, budget.Limits.JsonValues, http.RequestAborted);

        // The items are an array at depth 1. A batch that is too long need not be read further.
        void CheckBatch(ReadOnlySequence<byte> arrived, bool isWhole)
        {
            const int MaxValues = RecordUsageBatchRequest.MaxCount * MaxValuesPerItem;
            switch (JsonScan.Find(arrived, isWhole, MaxValues, RecordUsageBatchRequest.MaxCount, arrayDepth: 1, http.RequestAborted))
            {
                case JsonExcess.Items:
                    throw new BatchTooLongException();
                case JsonExcess.Values:
                    throw new BodyLimitException($"The batch has more than {MaxValues:N0} values. Send only the documented members.");
            }
        }
    }

    public IReadOnlyList<string>? GetSupportedContentTypes(string? contentType, Type objectType) => json.GetSupportedContentTypes(contentType!, objectType);

    /// <summary>
    /// Reads a small body at once, without the framework's reader for bodies of any size. Returns null and leaves the body unread if it may be invalid.
    /// The framework then reads it and reports the error.
    /// </summary>
    private async ValueTask<object?> TryReadSmallAsync(InputFormatterContext context)
    {
        var request = context.HttpContext.Request;
        if (!Utf8Types.Contains(request.ContentType, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var body = await BodyReader.ReadToEndAsync(context.HttpContext, null, context.HttpContext.RequestAborted);
        var model = TryParse(body, context.ModelType);
        request.BodyReader.AdvanceTo(model is null ? body.Start : body.End);
        return model;
    }

    private object? TryParse(ReadOnlySequence<byte> body, Type type)
    {
        try
        {
            return body.IsSingleSegment ? JsonSerializer.Deserialize(body.FirstSpan, type, json.SerializerOptions) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<InputFormatterResult> ReadCheckedAsync(InputFormatterContext context)
    {
        try
        {
            var result = await json.ReadAsync(context);

            // The framework does not count an error whose path is almost too long, and would call the action without a body.
            return result.HasError && context.ModelState.IsValid ? await RefuseAsync(context) : result;
        }
        catch (InvalidOperationException exception) when (exception.TargetSite?.DeclaringType == typeof(ModelStateDictionary))
        {
            // The framework parses brackets and dots in the name of an unknown member as a path, and fails if it has too many parts.
            return await RefuseAsync(context);
        }
    }

    private static Task<InputFormatterResult> RefuseAsync(InputFormatterContext context)
    {
        context.ModelState.TryAddModelError("", new JsonException(InvalidBodies.UnknownMember), context.Metadata);
        return InputFormatterResult.FailureAsync();
    }

    private sealed class BatchTooLongException : Exception;
}
