using System.Text.Json;
using Entourage.Application.Json;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Errors;

/// <summary>Answers requests that could not be read: 400 for a body of the wrong shape, 422 for a value that is not allowed.</summary>
internal static class InvalidBodies
{
    public static IActionResult Answer(ActionContext context)
    {
        if (context.HttpContext.Request.HasFormContentType)
        {
            // The framework has tried to read a form, and found fault with it, before anybody asked whether a form is wanted.
            return new ProblemResult(Problem.Of(StatusCodes.Status415UnsupportedMediaType));
        }

        var faults = context.ModelState
            .SelectMany(entry => entry.Value!.Errors.Select(error => new Fault(entry.Key, entry.Value.AttemptedValue, error.Exception as JsonException)))
            .ToArray();
        var errors = faults.GroupBy(fault => MemberOf(fault.Key), MessageOf, StringComparer.Ordinal)
            .ToDictionary(member => member.Key, member => member.Distinct().ToArray(), StringComparer.Ordinal);
        var invalid = Problem.Invalid(errors);
        return new ProblemResult(faults.All(IsOfValue) ? invalid : invalid with { Status = StatusCodes.Status400BadRequest, Code = "malformed-body" });
    }

    /// <summary>The problem of a part of a body that could not be read.</summary>
    public static Problem ProblemOf(JsonException json)
    {
        var invalid = Problem.OfMember(MemberOf(json.Path ?? ""), ReasonOf(json));
        return IsOfValue(json) ? invalid : invalid with { Status = StatusCodes.Status400BadRequest, Code = "malformed-body" };
    }

    // A fault of the body comes with the serializer's exception, or without a name: there is no body. Any other is of the
    // address or a header, where each value is of the right shape: a text.
    private static bool IsOfValue(Fault fault) => fault.Json is { } json
        ? IsOfValue(json)
        : fault.Key.Length > 0;

    private static bool IsOfValue(JsonException json) => json is InvalidValueException or { InnerException: FormatException };

    /// <summary>The member of a JSON path: <c>$.tags[0]</c> is of <c>tags</c>, <c>$['a b']</c> of <c>a b</c>.</summary>
    private static string MemberOf(string path)
    {
        if (path is "" or "$")
        {
            return "body";
        }

        if (path.StartsWith("$['", StringComparison.Ordinal) && path.LastIndexOf("']", StringComparison.Ordinal) is > 2 and var end)
        {
            return path[3..end];
        }

        return path.StartsWith("$.", StringComparison.Ordinal) ? path[2..].Split('[')[0] : path;
    }

    private static string MessageOf(Fault fault) =>
        fault.Json is { } json ? ReasonOf(json)
        : fault.Key.Length == 0 ? "A JSON object is expected."
        : $"'{fault.Value}' is not a valid '{fault.Key}'.";

    // The serializer's own messages name .NET types, which say nothing to a caller. Its inner exceptions tell apart what was
    // wrong: one of its own kind is of the reader, and the only texts that are parsed further are UUIDs.
    private static string ReasonOf(JsonException json) => json switch
    {
        { InnerException: JsonException reader } when Says(reader, "maximum") => "The body is nested too deeply.",
        { InnerException: JsonException } => $"The body is not JSON from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on.",
        { InnerException: FormatException } => "A UUID is expected.",
        { InnerException: { } inner } when Says(inner, "UTF-") => "The text is not valid Unicode.",
        _ when Says(json, "could not be mapped") => "There is no such member.",
        _ when Says(json, "Duplicate") => "The member is there twice.",
        _ when Says(json, "could not be converted") => "The value is of the wrong JSON type.",
        _ => json.Message,
    };

    private static bool Says(Exception exception, string words) => exception.Message.Contains(words, StringComparison.Ordinal);

    /// <summary>What is wrong with which value; without the serializer's exception where it is not of the body, or there is none.</summary>
    private sealed record Fault(string Key, string? Value, JsonException? Json);
}
