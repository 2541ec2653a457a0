using Entourage.Dashboard.Components;
using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Entourage.Dashboard.Pages;

/// <summary>A page whose figures update live.</summary>
/// <typeparam name="TKey">The key of the figures.</typeparam>
/// <typeparam name="T">The figures.</typeparam>
public abstract class LivePage<TKey, T> : ComponentBase, IAsyncDisposable
    where TKey : struct
    where T : class
{
    private LiveSubscription<T>? subscription;
    private TKey? openedKey;
    private int openings;

    [Inject]
    private protected RequestSender Sender { get; set; } = null!;

    [Inject]
    private protected Visitor Visitor { get; set; } = null!;

    [Inject]
    private protected NavigationState NavigationState { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>The fault that keeps the page from showing figures.</summary>
    protected Fault? Fault { get; private set; }

    /// <summary>The figures; null before the first read.</summary>
    protected T? Figures { get; private set; }

    /// <summary>The live state as a value for style sheets.</summary>
    protected string State => (subscription?.Current.State ?? LiveState.Opening).ToString().ToLowerInvariant();

    protected abstract TKey Key { get; }

    /// <summary>Reads as the visitor, and returns the fault if the visitor may not see the figures.</summary>
    protected abstract Task<Fault?> CheckAccessAsync(TKey key);

    private protected abstract LiveSubscription<T> Subscribe(TKey key, Action changed);

    /// <summary>Returns the breadcrumb and the time zone for the figures.</summary>
    private protected abstract (IReadOnlyList<NavigationLink> Trail, string Timezone) LocationOf(T figures);

    /// <summary>Shows the dialog that confirms a kill, pause or resume.</summary>
    private protected Task StopAsync(StopOperation operation) => StopDialog.ShowAsync(Dialogs, operation);

    /// <summary>Requests a read after a change that raises no event.</summary>
    protected void RequestRefresh() => subscription?.RequestRefresh();

    /// <summary>Checks access and subscribes, for a new key or a retry.</summary>
    protected async Task OpenAsync()
    {
        var (key, opening) = (Key, ++openings);
        (openedKey, Fault) = (key, null);
        await CloseAsync();
        var fault = await CheckAccessAsync(key);

        // The visitor has moved on during the check. It does not cover the new key, and a subscription made now would never be disposed.
        if (opening != openings)
        {
            return;
        }

        Fault = fault;
        if (fault is null)
        {
            subscription = Subscribe(key, () => InvokeAsync(RefreshAsync));
            await RefreshAsync();
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!Key.Equals(openedKey))
        {
            await OpenAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        openings++;
        await CloseAsync();
        NavigationState.ClearLiveState();
    }

    // The figures are shared and read without the visitor's key, so a revoked key must be noticed here.
    private async Task RefreshAsync()
    {
        if (subscription is not { } current)
        {
            return;
        }

        try
        {
            if (!await Visitor.IsStillSignedInAsync())
            {
                await CloseAsync();
                return;
            }
        }
        catch (Exception exception) when (Fault.Of(exception).IsTransient)
        {
            NavigationState.SetLiveState(LiveState.Reconnecting, NavigationState.ChangedAt, NavigationState.Timezone);
            StateHasChanged();
            return;
        }

        if (subscription == current)
        {
            Show(current.Current);
        }
    }

    private void Show(LiveFigures<T> current)
    {
        var zone = "UTC";
        if (current.Figures is { } figures)
        {
            Figures = figures;
            (var trail, zone) = LocationOf(figures);
            NavigationState.SetTrail(trail);
        }

        NavigationState.SetLiveState(current.State, current.ReadAt, zone);
        StateHasChanged();
    }

    private async ValueTask CloseAsync()
    {
        Figures = null;
        if (subscription is { } previous)
        {
            subscription = null;
            await previous.DisposeAsync();
        }
    }
}
