using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <content>Budgets of their own and the caps in the settings.</content>
public sealed partial class EntourageClient
{
    /// <summary>Creates a budget. What was spent before in its current window counts.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="idempotencyKey">A key that makes a repeated call return the first answer. Defaults to a new one.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<BudgetDetails> CreateBudgetAsync(NewBudget budget, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        transport.PostAsync("budgets", budget, ClientJson.Default.NewBudget, ClientJson.Default.BudgetDetails, idempotencyKey, cancellationToken);

    /// <summary>Lists budgets: first the caps in the settings, and then the budgets of their own.</summary>
    /// <param name="organisationId">Only budgets of this organisation and its teams.</param>
    /// <param name="teamId">Only budgets of this team.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public IAsyncEnumerable<BudgetDetails> ListBudgetsAsync(Guid? organisationId = null, Guid? teamId = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(
            "budgets" + Query(("org_id", organisationId?.ToString()), ("team_id", teamId?.ToString())), ClientJson.Default.BudgetDetailsArray, cancellationToken);

    /// <summary>Reads a budget with its current figures.</summary>
    public Task<BudgetDetails> GetBudgetDetailsAsync(string id, CancellationToken cancellationToken = default) =>
        transport.GetAsync($"budgets/{Uri.EscapeDataString(id)}", ClientJson.Default.BudgetDetails, cancellationToken);

    /// <summary>Changes a budget from the next call on. For a cap in the settings, the setting changes.</summary>
    public Task<BudgetDetails> ChangeBudgetAsync(string id, BudgetChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, $"budgets/{Uri.EscapeDataString(id)}", change, ClientJson.Default.BudgetChange, ClientJson.Default.BudgetDetails, cancellationToken);

    /// <summary>Deletes a budget. For a cap in the settings, removes the limit.</summary>
    public Task DeleteBudgetAsync(string id, CancellationToken cancellationToken = default) =>
        transport.DeleteAsync($"budgets/{Uri.EscapeDataString(id)}", cancellationToken);
}
