namespace Entourage.Dashboard.Layout;

/// <summary>
/// Short confirmations for the visitor. MudBlazor's snackbar adds a style element for each message, which the content security policy
/// forbids.
/// </summary>
internal sealed class Notices
{
    public event Action? Changed;

    public string Text { get; private set; } = "";

    public void Show(string text)
    {
        Text = text;
        Changed?.Invoke();
    }
}
