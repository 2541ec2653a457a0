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

/// <summary>Reads bodies as the framework does, within the limits on what they hold, and answers for those that it would fail at.</summary>
/// <param name="json">The framework's own reader.</param>
internal sealed class JsonBodies(SystemTextJsonInputFormatter json) : IInputFormatter, IApiRequestFormatMetadataProvider
{
    // What one value takes at least: a digit and a comma.
    private const int BytesPerValue = 2;

    // An item has fewer than 20 members.
    private const int ValuesPerItem = 100;

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
        var http = context.HttpContext;
        var budget = http.RequestServices.GetRequiredService<BodyBudget>();
        var isBatch = context.ModelType == typeof(RecordUsageBatchRequest);

        // Too small to hold too much, so it needs no look before it is read.
        if (!isBatch && http.Request.ContentLength < Math.Min(BodyBudget.LargeBytes, (long)budget.Limits.JsonValues * BytesPerValue))
        {
            return await ReadCheckedAsync(context);
        }

        ReadOnlySequence<byte> body;
        try
        {
            body = await BodyReader.ReadToEndAsync(http, isBatch ? CheckBatch : Check, http.RequestAborted);
        }
        catch (BatchTooLongException)
        {
            // Its validator says why.
            return await InputFormatterResult.SuccessAsync(RecordUsageBatchRequest.TooLong);
        }

        var isLarge = body.Length > BodyBudget.LargeBytes;
        http.Request.BodyReader.AdvanceTo(body.Start);
        using var slot = isLarge ? await budget.EnterAsync(http, http.RequestAborted) : null;
        return await ReadCheckedAsync(context);

        void Check(ReadOnlySequence<byte> arrived, bool isWhole)
        {
            var most = budget.Limits.JsonValues;
            if (JsonScan.Find(arrived, isWhole, most, most, JsonScan.AnyDepth, http.RequestAborted) != JsonExcess.None)
            {
                throw new BodyLimitException($"The body has more than {most:N0} values (Limits:JsonValues). Split it into several requests.");
            }
        }

        // The items are an array in the body's object. Beyond their number nothing needs to be read.
        void CheckBatch(ReadOnlySequence<byte> arrived, bool isWhole)
        {
            const int Most = RecordUsageBatchRequest.MaxCount * ValuesPerItem;
            switch (JsonScan.Find(arrived, isWhole, Most, RecordUsageBatchRequest.MaxCount, ofDepth: 1, http.RequestAborted))
            {
                case JsonExcess.Items:
                    throw new BatchTooLongException();
                case JsonExcess.Values:
                    throw new BodyLimitException($"The batch has more than {Most:N0} values. Send only the members that a usage has.");
            }
        }
    }

    public IReadOnlyList<string>? GetSupportedContentTypes(string? contentType, Type objectType) => json.GetSupportedContentTypes(contentType!, objectType);

    private async Task<InputFormatterResult> ReadCheckedAsync(InputFormatterContext context)
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

    private sealed class BatchTooLongException : Exception;
}
