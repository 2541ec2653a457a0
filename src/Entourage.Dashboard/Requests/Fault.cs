using System.Data.Common;
using Entourage.Application.Errors;
using Entourage.Domain;
using FluentValidation;

namespace Entourage.Dashboard.Requests;

/// <summary>What is wrong with a request, in words for the visitor.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Detail">In a sentence or two.</param>
public sealed record Fault(string Title, string Detail)
{
    /// <summary>What nobody foresaw; the log has more of it.</summary>
    public static readonly Fault Unexpected = new("Something went wrong", "It is in the server's log. Try again.");

    /// <summary>The visitor's key lets nobody in any more.</summary>
    public static readonly Fault SignedOut = new("Signed out", "The key that you signed in with was revoked or has expired. Nothing was changed.");

    /// <summary>What is wrong with which member of the request, by the member's name in C#.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private init; } = new Dictionary<string, string>();

    /// <summary>Somebody else has changed meanwhile what was to be changed.</summary>
    public bool IsStale { get; private init; }

    /// <summary>The store is away: the same may go well in a moment.</summary>
    public bool MayPass { get; private init; }

    /// <summary>There is no such thing.</summary>
    public bool IsMissing { get; private init; }

    /// <summary>What is wrong with a member of the request, however its name is written; null for nothing.</summary>
    public string? ErrorOf(string member) => Errors.FirstOrDefault(error => error.Key.Equals(member, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The fault that an exception stands for.</summary>
    public static Fault Of(Exception exception) => exception switch
    {
        ValidationException invalid => Invalid(invalid.Errors
            .GroupBy(failure => failure.PropertyName, StringComparer.Ordinal)
            .ToDictionary(member => member.Key, member => string.Join(" ", member.Select(failure => failure.ErrorMessage).Distinct()), StringComparer.Ordinal)),
        InvalidInputException invalid => Invalid(new Dictionary<string, string> { [invalid.Field] = invalid.Message }),
        RuleViolationException { Field: { } field } violation => Invalid(new Dictionary<string, string> { [field] = violation.Message }),
        ConflictException { Code: "stale" } => new("Changed meanwhile", exception.Message) { IsStale = true },
        RuleViolationException or ConflictException => new("Not as things stand", exception.Message),
        BudgetExceededException exceeded => new("A budget refuses", exceeded.RetryAt is { } at
            ? $"{exceeded.Message} It starts afresh at {at:yyyy-MM-dd HH:mm} UTC."
            : exceeded.Message),
        ForbiddenException => new("Not for you", "The key that you signed in with does not allow this."),
        NotFoundException => new("Not here", exception.Message) { IsMissing = true },
        StoreUnavailableException { OutcomeUnknown: true } => new("The store was lost", "It may have been done or not: look before you try again.") { MayPass = true },
        StoreUnavailableException => new("The store is away", exception.Message) { MayPass = true },
        _ when IsStoreFault(exception) => new("The store is away", "It cannot be reached or cannot write. Nothing was changed.") { MayPass = true },
        _ => Unexpected,
    };

    private static Fault Invalid(IReadOnlyDictionary<string, string> errors) =>
        new("Please look again", string.Join(" ", errors.Values)) { Errors = errors };

    private static bool IsStoreFault(Exception? exception) =>
        exception is not null && (exception is DbException || IsStoreFault(exception.InnerException));
}
