namespace Entourage.Dashboard.Layout;

/// <summary>
/// Says to a visitor what was done. Of MudBlazor's own way each message brings a style element of its own, which the policy of the pages
/// does not let in.
/// </summary>
public sealed class Notices
{
    /// <summary>Raised when something is said.</summary>
    public event Action? Said;

    /// <summary>What was said last.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Says something.</summary>
    public void Say(string text)
    {
        Text = text;
        Said?.Invoke();
    }
}
