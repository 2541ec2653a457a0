using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Layout;

/// <summary>A component that renders the <see cref="Layout.NavigationState"/> and follows its changes.</summary>
public abstract class NavigationView : ComponentBase, IDisposable
{
    [Inject]
    private protected NavigationState NavigationState { get; set; } = null!;

    protected override void OnInitialized() => NavigationState.Changed += Refresh;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        NavigationState.Changed -= Refresh;
    }

    private void Refresh() => InvokeAsync(StateHasChanged);
}
