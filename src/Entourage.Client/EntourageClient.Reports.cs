using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <content>Costs, alerts, human requests, prices and keys.</content>
public sealed partial class EntourageClient
{
    /// <summary>Reads the costs of a team.</summary>
    public Task<Costs> GetCostsAsync(Guid teamId, CostsQuery? query = null, CancellationToken cancellationToken = default) =>
        transport.GetAsync(CostsPath(teamId, query ?? new(), format: null), ClientJson.Default.Costs, cancellationToken);

    /// <summary>Copies the costs of all sessions in the range to a stream, as CSV.</summary>
    public async Task CopyCostsCsvAsync(Guid teamId, CostsQuery? query, Stream destination, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, CostsPath(teamId, query ?? new(), "csv"));
        using var response = await transport.OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await response.Content.CopyToAsync(destination, cancellationToken);
    }

    /// <summary>Lists the alerts of a team, newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only alerts with this status: <c>open</c> or <c>acknowledged</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public IAsyncEnumerable<Alert> ListAlertsAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/alerts") + Query(("status", status)), ClientJson.Default.AlertArray, cancellationToken);

    /// <summary>Acknowledges an alert.</summary>
    public Task<Alert> AcknowledgeAlertAsync(Guid id, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"alerts/{id}/acknowledge"), new(null), ClientJson.Default.ReasonRequest, ClientJson.Default.Alert, idempotencyKey: null, cancellationToken);

    /// <summary>Creates a human request for more money or for an answer.</summary>
    public Task<HumanRequest> CreateHumanRequestAsync(NewHumanRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        "human-requests", request, ClientJson.Default.NewHumanRequest, ClientJson.Default.HumanRequest, idempotencyKey, cancellationToken);

    /// <summary>Reads a human request and its answer.</summary>
    public Task<HumanRequest> GetHumanRequestAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"human-requests/{id}"), ClientJson.Default.HumanRequest, cancellationToken);

    /// <summary>Lists the human requests of a team's agents, newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only requests with this status: <c>pending</c>, <c>approved</c> or <c>denied</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public IAsyncEnumerable<HumanRequest> ListHumanRequestsAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/human-requests") + Query(("status", status)), ClientJson.Default.HumanRequestArray, cancellationToken);

    /// <summary>Answers a human request. A request can be answered once.</summary>
    public Task<HumanRequest> RespondToHumanRequestAsync(Guid id, HumanRequestAnswer answer, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"human-requests/{id}/respond"), answer, ClientJson.Default.HumanRequestAnswer, ClientJson.Default.HumanRequest, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the current prices by model.</summary>
    public IAsyncEnumerable<Price> ListPricesAsync(CancellationToken cancellationToken = default) =>
        transport.ListAsync("prices", ClientJson.Default.PriceArray, cancellationToken);

    /// <summary>Reads the current and all other prices of a model, by any of its names.</summary>
    public Task<PriceHistory> GetPriceAsync(string model, CancellationToken cancellationToken = default) =>
        transport.GetAsync(PricePath(model), ClientJson.Default.PriceHistory, cancellationToken);

    /// <summary>Sets the price of a model for all organisations.</summary>
    public Task<Price> SetPriceAsync(string model, PriceChange price, CancellationToken cancellationToken = default) =>
        transport.SendAsync(HttpMethod.Put, PricePath(model), price, ClientJson.Default.PriceChange, ClientJson.Default.Price, cancellationToken);

    /// <summary>Creates a key. Only this response contains the secret.</summary>
    public Task<ApiKey> CreateKeyAsync(NewKey key, CancellationToken cancellationToken = default) =>
        transport.PostAsync("keys", key, ClientJson.Default.NewKey, ClientJson.Default.ApiKey, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the keys that the caller may see.</summary>
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

    // Some model names contain slashes, and the route accepts them.
    private static string PricePath(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return "prices/" + string.Join('/', model.Split('/').Select(Uri.EscapeDataString));
    }
}
