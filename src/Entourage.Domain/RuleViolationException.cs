namespace Entourage.Domain;

/// <summary>A rule of the domain refused a change. The entity is unchanged.</summary>
/// <param name="code">A stable code in lower case: <c>illegal-status</c>.</param>
/// <param name="message">The message for people.</param>
/// <param name="field">
/// The domain's name of the input at fault, in Pascal case; null if the current state forbids the change. Callers that name the input
/// differently map it.
/// </param>
public sealed class RuleViolationException(string code, string message, string? field = null) : Exception(message)
{
    /// <summary>A stable code in lower case.</summary>
    public string Code { get; } = code;

    /// <summary>The domain's name of the input at fault; null if the current state forbids the change.</summary>
    public string? Field { get; } = field;

    /// <summary>Returns the same violation under the caller's name of the input.</summary>
    /// <param name="field">The caller's name.</param>
    public RuleViolationException ForField(string field) => new(Code, Message, field);
}
