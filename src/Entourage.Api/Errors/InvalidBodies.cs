using System.Text.Json;
using Entourage.Application.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Errors;

/// <summary>Answers requests that could not be read: 400 for a body of the wrong shape, 422 for a value that is not allowed.</summary>
internal static class InvalidBodies
{
    public static IActionResult Answer(ActionContext context)
    {
        var faults = context.ModelState.Where(entry => entry.Value is { ValidationState: ModelValidationState.Invalid })
            .SelectMany(entry => entry.Value!.Errors.Select(error => (entry.Key, Error: error)))
            .ToArray();
        var errors = faults.GroupBy(fault => MemberOf(fault.Key), fault => MessageOf(fault.Error), StringComparer.Ordinal)
            .ToDictionary(member => member.Key, member => member.Distinct().ToArray(), StringComparer.Ordinal);
        var invalid = Problem.Invalid(errors);
        return new ProblemResult(faults.All(fault => IsValueFault(context, fault.Key, fault.Error))
            ? invalid
            : invalid with { Status = StatusCodes.Status400BadRequest, Code = "malformed-body" });
    }

    // What is not in the body is in the address or a header, and always of the right shape: a text.
    private static bool IsValueFault(ActionContext context, string key, ModelError error) =>
        error.Exception?.InnerException is InvalidValueException
        || context.ActionDescriptor.Parameters.Any(parameter => parameter.BindingInfo?.BindingSource != BindingSource.Body
            && (parameter.BindingInfo?.BinderModelName ?? parameter.Name) == key)
        || context.HttpContext.Request.Query.ContainsKey(key);

    private static string MemberOf(string key) => key.StartsWith("$.", StringComparison.Ordinal) ? key[2..] : key is "$" or "" ? "body" : key;

    private static string MessageOf(ModelError error) => error.Exception?.InnerException switch
    {
        InvalidValueException invalid => invalid.Message,
        JsonException json => ReasonOf(json),
        _ when error.ErrorMessage.Length > 0 => error.ErrorMessage,
        _ => "The body cannot be read.",
    };

    // The serializer's own messages name .NET types, which say nothing to a caller.
    private static string ReasonOf(JsonException json) =>
        json.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "There is no such member."
        : json.Message.Contains("uplicate", StringComparison.Ordinal) ? "The member is there twice."
        : json.Message.Contains("could not be converted", StringComparison.Ordinal) ? "The value is of the wrong JSON type."
        : json.Message.Split(" Path: ")[0];

    private sealed class ProblemResult(Problem problem) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => problem.WriteAsync(context.HttpContext);
    }
}
