using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Layout;

/// <summary>A part of the frame that shows where the visitor is.</summary>
public abstract class NavigationView : ComponentBase, IDisposable
{
    /// <summary>Where the visitor is.</summary>
    [Inject]
    protected NavigationState NavigationState { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized() => NavigationState.Changed += Refresh;

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        NavigationState.Changed -= Refresh;
    }

    private void Refresh() => InvokeAsync(StateHasChanged);
}
