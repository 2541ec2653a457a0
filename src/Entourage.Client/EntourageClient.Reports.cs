using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <content>Costs, alerts, requests to people, prices and keys.</content>
public sealed partial class EntourageClient
{
    /// <summary>Where a team's money went.</summary>
    public Task<Costs> GetCostsAsync(Guid teamId, CostsQuery? query = null, CancellationToken cancellationToken = default) =>
        transport.GetAsync(CostsPath(teamId, query ?? new(), format: null), ClientJson.Default.Costs, cancellationToken);

    /// <summary>All sessions of the range as a table of comma-separated values, as it comes.</summary>
    public async Task CopyCostsTableAsync(Guid teamId, CostsQuery? query, Stream destination, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, CostsPath(teamId, query ?? new(), "csv"));
        using var response = await transport.OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await response.Content.CopyToAsync(destination, cancellationToken);
    }

    /// <summary>A team's alerts, the newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only those that stand so: <c>open</c> or <c>acknowledged</c>.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public IAsyncEnumerable<Alert> ListAlertsAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/alerts") + Query(("status", status)), ClientJson.Default.AlertArray, cancellationToken);

    /// <summary>Notes that somebody has seen an alert.</summary>
    public Task<Alert> AcknowledgeAlertAsync(Guid id, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"alerts/{id}/acknowledge"), new(null), ClientJson.Default.ReasonRequest, ClientJson.Default.Alert, idempotencyKey: null, cancellationToken);

    /// <summary>Asks a person for more money, or for an answer.</summary>
    public Task<HumanRequest> AskAsync(HumanQuestion question, string? idempotencyKey = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        "human-requests", question, ClientJson.Default.HumanQuestion, ClientJson.Default.HumanRequest, idempotencyKey, cancellationToken);

    /// <summary>Reads a request and what became of it.</summary>
    public Task<HumanRequest> GetHumanRequestAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"human-requests/{id}"), ClientJson.Default.HumanRequest, cancellationToken);

    /// <summary>What a team's agents asked of people, the newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only those that stand so: <c>pending</c>, <c>approved</c> or <c>denied</c>.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public IAsyncEnumerable<HumanRequest> ListHumanRequestsAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/human-requests") + Query(("status", status)), ClientJson.Default.HumanRequestArray, cancellationToken);

    /// <summary>Answers a request, once.</summary>
    public Task<HumanRequest> AnswerAsync(Guid id, HumanAnswer answer, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"human-requests/{id}/respond"), answer, ClientJson.Default.HumanAnswer, ClientJson.Default.HumanRequest, idempotencyKey: null, cancellationToken);

    /// <summary>What every model costs now, by model.</summary>
    public IAsyncEnumerable<Price> ListPricesAsync(CancellationToken cancellationToken = default) =>
        transport.ListAsync("prices", ClientJson.Default.PriceArray, cancellationToken);

    /// <summary>What a model costs, and did. The model may have any of its names.</summary>
    public Task<PriceHistory> GetPriceAsync(string model, CancellationToken cancellationToken = default) =>
        transport.GetAsync(PricePath(model), ClientJson.Default.PriceHistory, cancellationToken);

    /// <summary>Sets what a model costs for everybody.</summary>
    public Task<Price> SetPriceAsync(string model, PriceChange price, CancellationToken cancellationToken = default) =>
        transport.SendAsync(HttpMethod.Put, PricePath(model), price, ClientJson.Default.PriceChange, ClientJson.Default.Price, cancellationToken);

    /// <summary>Makes a key. The answer alone has it.</summary>
    public Task<ApiKey> CreateKeyAsync(KeyStart key, CancellationToken cancellationToken = default) =>
        transport.PostAsync("keys", key, ClientJson.Default.KeyStart, ClientJson.Default.ApiKey, idempotencyKey: null, cancellationToken);

    /// <summary>The keys that the caller may see.</summary>
    public IAsyncEnumerable<ApiKey> ListKeysAsync(CancellationToken cancellationToken = default) =>
        transport.ListAsync("keys", ClientJson.Default.ApiKeyArray, cancellationToken);

    /// <summary>Revokes a key.</summary>
    public Task RevokeKeyAsync(Guid id, CancellationToken cancellationToken = default) => transport.DeleteAsync(Path($"keys/{id}"), cancellationToken);

    private static string CostsPath(Guid teamId, CostsQuery query, string? format) => Path($"teams/{teamId}/costs") + Query(
        ("period", query.Period),
        ("from", query.From),
        ("to", query.To),
        ("agent_id", query.AgentId?.ToString()),
        ("task_id", Path($"{query.TaskId}")),
        ("model", query.Model),
        ("limit", Path($"{query.Limit}")),
        ("format", format));

    // Slashes are part of the names of some models, and of the route.
    private static string PricePath(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return "prices/" + string.Join('/', model.Split('/').Select(Uri.EscapeDataString));
    }
}
