namespace Entourage.Dashboard.Layout;

/// <summary>
/// Short confirmations for the visitor. MudBlazor's snackbar adds a style element for each message, which the content security policy
/// forbids.
/// </summary>
internal sealed class Notices
{
    public event Action? Changed;

    public string Text { get; private set; } = "";

    /// <summary>The name of the action that the notice offers; null for none.</summary>
    public string? ActionName { get; private set; }

    /// <summary>The action that the notice offers.</summary>
    public Func<Task>? Action { get; private set; }

    /// <summary>Shows a notice.</summary>
    /// <param name="text">The text.</param>
    /// <param name="actionName">The name of an action to offer, such as <c>Undo</c>; null for none.</param>
    /// <param name="action">The action.</param>
    public void Show(string text, string? actionName = null, Func<Task>? action = null)
    {
        (Text, ActionName, Action) = (text, actionName, action);
        Changed?.Invoke();
    }
}
