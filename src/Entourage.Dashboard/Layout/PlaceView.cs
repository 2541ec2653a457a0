using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Layout;

/// <summary>A part of the frame that shows where the visitor is.</summary>
public abstract class PlaceView : ComponentBase, IDisposable
{
    /// <summary>Where the visitor is.</summary>
    [Inject]
    protected Place Place { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized() => Place.Changed += Refresh;

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Place.Changed -= Refresh;
    }

    private void Refresh() => InvokeAsync(StateHasChanged);
}
