namespace Entourage.Domain;

/// <summary>A rule of the domain refused a change. The entity that refused it is as it was before.</summary>
/// <param name="code">A stable code in lower case: <c>illegal-status</c>.</param>
/// <param name="message">What is wrong, for a person.</param>
/// <param name="field">The member of the caller's input that is at fault; null when the input is fine and the present state forbids the change.</param>
public sealed class RuleViolationException(string code, string message, string? field = null) : Exception(message)
{
    /// <summary>A stable code in lower case.</summary>
    public string Code { get; } = code;

    /// <summary>The member of the caller's input that is at fault, or null when the present state forbids the change.</summary>
    public string? Field { get; } = field;
}
