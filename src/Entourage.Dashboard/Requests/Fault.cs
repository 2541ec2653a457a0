using System.Data.Common;
using Entourage.Application.Errors;
using Entourage.Domain;
using FluentValidation;

namespace Entourage.Dashboard.Requests;

/// <summary>An error of a request, in words for the visitor.</summary>
public sealed record Fault(string Title, string Detail)
{
    /// <summary>Any other error. The log has the details.</summary>
    public static readonly Fault Unexpected = new("Something went wrong", "The server's log has the details. Try again.");

    public static readonly Fault SignedOut = new("Signed out", "The key that you signed in with was revoked or has expired. Nothing was changed.");

    /// <summary>The messages by the names of the request's members in C#.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private init; } = new Dictionary<string, string>();

    /// <summary>Whether someone else has changed the same thing since it was read.</summary>
    public bool IsStale { get; private init; }

    /// <summary>Whether the store was unavailable, so that a later try can succeed.</summary>
    public bool IsTransient { get; private init; }

    /// <summary>Returns the message for a member of the request, ignoring case, or null.</summary>
    public string? ErrorOf(string member) => Errors.FirstOrDefault(error => error.Key.Equals(member, StringComparison.OrdinalIgnoreCase)).Value;

    public static Fault Of(Exception exception) => exception switch
    {
        ValidationException invalid => Invalid(invalid.Errors
            .GroupBy(failure => failure.PropertyName, StringComparer.Ordinal)
            .ToDictionary(member => member.Key, member => string.Join(" ", member.Select(failure => failure.ErrorMessage).Distinct()), StringComparer.Ordinal)),
        InvalidInputException invalid => Invalid(new Dictionary<string, string> { [invalid.Field] = invalid.Message }),
        RuleViolationException { Field: { } field } violation => Invalid(new Dictionary<string, string> { [field] = violation.Message }),
        ConflictException { Code: "stale" } => new("Changed by someone else", exception.Message) { IsStale = true },
        RuleViolationException or ConflictException => new("Not possible at present", exception.Message),
        BudgetExceededException exceeded => new("Budget used up", exceeded.RetryAt is { } at
            ? $"{exceeded.Message} Try again after {at:yyyy-MM-dd HH:mm} UTC."
            : exceeded.Message),
        ForbiddenException => new("Permission denied", "Your key does not permit this operation."),
        NotFoundException => new("Not found", exception.Message),
        StoreUnavailableException { OutcomeUnknown: true } => new("Outcome unknown", "The connection to the database was lost. Check whether the change was made before you try again.") { IsTransient = true },
        StoreUnavailableException => new("Database unavailable", exception.Message) { IsTransient = true },
        _ when IsStoreFault(exception) => new("Database unavailable", "The server cannot read or write its database. Nothing was changed.") { IsTransient = true },
        _ => Unexpected,
    };

    private static Fault Invalid(IReadOnlyDictionary<string, string> errors) =>
        new("Check your input", string.Join(" ", errors.Values)) { Errors = errors };

    private static bool IsStoreFault(Exception? exception) =>
        exception is not null && (exception is DbException || IsStoreFault(exception.InnerException));
}
