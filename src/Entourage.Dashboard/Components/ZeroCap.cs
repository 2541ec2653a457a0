using Entourage.Dashboard.Requests;
using Entourage.Domain;
using MudBlazor;

namespace Entourage.Dashboard.Components;

/// <summary>Asks before a cap of 0 is set, because it refuses all work and may be meant as no cap.</summary>
internal static class ZeroCap
{
    /// <summary>Returns whether to go on: no cap is 0, or the visitor confirmed it.</summary>
    /// <param name="dialogs">Shows the question.</param>
    /// <param name="of">What the caps are of: <c>team</c>, <c>task</c> and so on.</param>
    /// <param name="caps">The caps (USD); null for none.</param>
    public static async Task<bool> ConfirmAsync(IDialogService dialogs, string of, params IReadOnlyList<Money?> caps) =>
        !caps.Contains(Money.Zero) || await ConfirmDialog.ShowAsync(
            dialogs,
            "Set a cap of $0?",
            $"A cap of 0 refuses all new work of the {of}. To set no cap, leave the field empty.",
            "Set a cap of $0",
            () => Task.FromResult<Fault?>(null));
}
