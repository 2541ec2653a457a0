using Entourage.Dashboard.Components;
using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Entourage.Dashboard.Pages;

/// <summary>A page whose figures follow what happens.</summary>
/// <typeparam name="TKey">The id of what it shows.</typeparam>
/// <typeparam name="T">The figures.</typeparam>
public abstract class LivePage<TKey, T> : ComponentBase, IAsyncDisposable
    where TKey : struct
    where T : class
{
    private LiveSubscription<T>? watch;
    private TKey? shown;
    private int openings;

    /// <summary>Sends the page's requests.</summary>
    [Inject]
    protected RequestSender Sender { get; set; } = null!;

    /// <summary>Who looks.</summary>
    [Inject]
    protected Visitor Visitor { get; set; } = null!;

    /// <summary>Where the visitor is.</summary>
    [Inject]
    protected NavigationState NavigationState { get; set; } = null!;

    /// <summary>Shows dialogs.</summary>
    [Inject]
    protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>What is in the way of showing anything.</summary>
    protected Fault? Fault { get; private set; }

    /// <summary>The figures; null until they are there.</summary>
    protected T? Figures { get; private set; }

    /// <summary>How the figures are kept up, for their style.</summary>
    protected string State => (watch?.Current.State ?? LiveState.Opening).ToString().ToLowerInvariant();

    /// <summary>Which to show.</summary>
    protected abstract TKey Key { get; }

    /// <summary>Asks, in the visitor's name, for what is to be shown: who may not see it is told here.</summary>
    protected abstract Task<Fault?> EnterAsync(TKey key);

    /// <summary>Looks at the shared figures.</summary>
    protected abstract LiveSubscription<T> Watch(TKey key, Action changed);

    /// <summary>Where the visitor is then, and the time zone of what is shown.</summary>
    protected abstract (IReadOnlyList<NavigationLink> Trail, string Timezone) PlaceOf(T figures);

    /// <summary>Asks whether to stop something, or to let it go on.</summary>
    protected Task StopAsync(StopOperation act) => StopDialog.ShowAsync(Dialogs, act);

    /// <summary>Has the figures read soon, after a change that no event tells of.</summary>
    protected void ReadSoon() => watch?.ReadSoon();

    /// <summary>Begins anew.</summary>
    protected async Task OpenAsync()
    {
        var (key, mine) = (Key, ++openings);
        (shown, Fault) = (key, null);
        await CloseAsync();
        var fault = await EnterAsync(key);

        // Whoever has gone on meanwhile was let through to this one alone, and nobody would end a watch that begins now.
        if (mine != openings)
        {
            return;
        }

        Fault = fault;
        if (fault is null)
        {
            watch = Watch(key, () => InvokeAsync(RefreshAsync));
            await RefreshAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!Key.Equals(shown))
        {
            await OpenAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        openings++;
        await CloseAsync();
        NavigationState.ShowNothing();
    }

    // The figures are shared, and nobody asks on their way here who sees them: a key that was revoked shows no further ones.
    private async Task RefreshAsync()
    {
        if (watch is not { } own)
        {
            return;
        }

        try
        {
            if (!await Visitor.StaysAsync())
            {
                await CloseAsync();
                return;
            }
        }
        catch (Exception exception) when (Fault.Of(exception).MayPass)
        {
            NavigationState.Show(LiveState.Reconnecting, NavigationState.ChangedAt, NavigationState.Timezone);
            StateHasChanged();
            return;
        }

        if (watch == own)
        {
            Show(own.Current);
        }
    }

    private void Show(LiveFigures<T> current)
    {
        var zone = "UTC";
        if (current.Figures is { } figures)
        {
            Figures = figures;
            (var trail, zone) = PlaceOf(figures);
            NavigationState.Go(trail);
        }

        NavigationState.Show(current.State, current.ReadAt, zone);
        StateHasChanged();
    }

    private async ValueTask CloseAsync()
    {
        Figures = null;
        if (watch is { } left)
        {
            watch = null;
            await left.DisposeAsync();
        }
    }
}
