using System.Text.Json;
using Entourage.Application.Json;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Errors;

/// <summary>Describes requests that could not be read: 400 for a body of the wrong shape, 422 for a value that is not allowed.</summary>
internal static class InvalidBodies
{
    public const string ObjectExpected = "A JSON object is expected.";
    public const string WrongType = "The value has the wrong JSON type.";
    public const string UnknownMember = "There is no member with this name.";

    public static IActionResult ToResult(ActionContext context)
    {
        if (context.HttpContext.Request.HasFormContentType)
        {
            // The framework reads forms before it checks whether the action accepts one.
            return new ProblemResult(Problem.Of(StatusCodes.Status415UnsupportedMediaType));
        }

        var bindingErrors = context.ModelState
            .SelectMany(entry => entry.Value!.Errors.Select(error => new BindingError(entry.Key, entry.Value.AttemptedValue, error.Exception as JsonException)))
            .ToArray();
        var messages = bindingErrors.GroupBy(error => MemberOf(error.Key), MessageOf, StringComparer.Ordinal)
            .ToDictionary(member => member.Key, member => member.Distinct().ToArray(), StringComparer.Ordinal);
        var problem = Problem.Invalid(messages);
        return new ProblemResult(bindingErrors.All(IsValueError) ? problem : Problem.Malformed(problem));
    }

    /// <summary>The problem for a part of a body that could not be read.</summary>
    public static Problem ProblemOf(JsonException json)
    {
        var problem = Problem.OfMember(MemberOf(json.Path ?? ""), ReasonOf(json));
        return IsValueError(json) ? problem : Problem.Malformed(problem);
    }

    // An error in the body comes with the serializer's exception, or without a key if there is no body. All others are in the address or a
    // header, where every value is a string and so has the right shape.
    private static bool IsValueError(BindingError error) => error.Json is { } json
        ? IsValueError(json)
        : error.Key.Length > 0;

    private static bool IsValueError(JsonException json) => json is InvalidValueException or { InnerException: FormatException };

    /// <summary>The member in a JSON path: <c>tags</c> in <c>$.tags[0]</c>, <c>a b</c> in <c>$['a b']</c>.</summary>
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

    private static string MessageOf(BindingError error) =>
        error.Json is { } json ? ReasonOf(json)
        : error.Key.Length == 0 ? ObjectExpected
        : $"'{error.Value}' is not a valid '{error.Key}'.";

    // The serializer's messages name .NET types, which mean nothing to a caller. An inner JsonException comes from the reader. An inner
    // FormatException comes from a UUID, because no other strings are parsed further.
    private static string ReasonOf(JsonException json) => json switch
    {
        { InnerException: JsonException reader } when Mentions(reader, "maximum") => "The body is nested too deeply.",
        { InnerException: JsonException } => $"The body is not valid JSON at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.",
        { InnerException: FormatException } => "A UUID is expected.",
        { InnerException: { } inner } when Mentions(inner, "UTF-") => "The text is not valid Unicode.",
        _ when Mentions(json, "could not be mapped") => MemberNames.FindNearest(json.Message) is { } nearest
            ? $"{UnknownMember} Did you mean '{nearest}'?"
            : UnknownMember,
        _ when Mentions(json, "Duplicate") => "The member appears twice.",
        _ when Mentions(json, "could not be converted") => WrongType,
        _ => json.Message,
    };

    private static bool Mentions(Exception exception, string words) => exception.Message.Contains(words, StringComparison.Ordinal);

    /// <param name="Key">The member, parameter or header.</param>
    /// <param name="Value">The value in the address or a header.</param>
    /// <param name="Json">The serializer's exception, for an error in the body.</param>
    private sealed record BindingError(string Key, string? Value, JsonException? Json);
}
