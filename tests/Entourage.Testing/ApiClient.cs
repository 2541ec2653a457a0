using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Entourage.Testing;

/// <summary>Calls the API with JSON over HTTP, like any client.</summary>
/// <param name="client">A client with the server's address.</param>
public sealed class ApiClient(HttpClient client)
{
    /// <summary>A model with a price: 3 USD for a million input tokens, 15 USD for a million output tokens.</summary>
    public const string ListedModel = "claude-sonnet-4-20250514";

    /// <summary>The underlying client, for unusual requests.</summary>
    public HttpClient Http { get; } = client;

    /// <summary>Sends a GET request.</summary>
    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <summary>Posts a value as JSON; null sends an empty body.</summary>
    public Task<Answer> PostAsync(string path, object? body, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, path, body, ("Idempotency-Key", idempotencyKey));

    /// <summary>Patches with a value as JSON.</summary>
    public Task<Answer> PatchAsync(string path, object body, string? ifMatch = null) => SendAsync(HttpMethod.Patch, path, body, ("If-Match", ifMatch));

    /// <summary>Sends a request. A string body is sent unchanged, anything else as JSON.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        return await SendAsync(request);
    }

    /// <summary>Sends a request unchanged.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        return new(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers,
            await response.Content.ReadAsStringAsync());
    }

    /// <summary>A model without a price, so that no stated cost raises an alert for its difference from the price.</summary>
    public const string UnlistedModel = "house-model";

    /// <summary>Creates an organisation with one team and one agent.</summary>
    public async Task<TestTeam> CreateTeamAsync(string timezone = "UTC", string model = ListedModel)
    {
        var slug = "t-" + Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture);
        var organisation = (await PostAsync("/orgs", new { name = "Acme", slug })).Created["id"]!.GetValue<string>();
        var team = (await PostAsync($"/orgs/{organisation}/teams", new { name = "Core", slug, timezone })).Created["id"]!.GetValue<string>();
        return new(this, organisation, team, await CreateAgentAsync(team, "eng-1", model));
    }

    /// <summary>Adds an agent to a team and returns its id.</summary>
    public async Task<string> CreateAgentAsync(string team, string name, string model = ListedModel) =>
        (await PostAsync($"/teams/{team}/agents", new { name, model })).Created["id"]!.GetValue<string>();
}

/// <summary>A team of a test.</summary>
/// <param name="Api">The client to call with.</param>
/// <param name="Organisation">The id of its organisation.</param>
/// <param name="Id">The id of the team.</param>
/// <param name="Agent">The id of its first agent.</param>
public sealed record TestTeam(ApiClient Api, string Organisation, string Id, string Agent)
{
    /// <summary>Creates a task and returns its number.</summary>
    public async Task<long> CreateTaskAsync(object? body = null) =>
        (await Api.PostAsync($"/teams/{Id}/tasks", body ?? new { title = "Fix login bug" })).Created["id"]!.GetValue<long>();

    /// <summary>Starts a session and returns its number.</summary>
    public async Task<long> StartAsync(long? task = null, string? agent = null, long? parent = null) =>
        (await Api.PostAsync("/sessions/start", new { agent_id = agent ?? Agent, task_id = task, parent_session_id = parent })).Created["id"]!.GetValue<long>();

    /// <summary>Reports a usage and returns the answer.</summary>
    public async Task<JsonNode> UseAsync(
        long session, decimal costUsd, DateTimeOffset? occurredAt = null, string? idempotencyKey = null, string? reservation = null) =>
        (await Api.PostAsync(
            $"/sessions/{session}/usage",
            new { input_tokens = 100, output_tokens = 10, cost_usd = costUsd, occurred_at = occurredAt, reservation_id = reservation },
            idempotencyKey)).Ok;

    /// <summary>Requests a reservation.</summary>
    public Task<Answer> ReserveAsync(long session, decimal usd, int? ttlSeconds = null, string? idempotencyKey = null) =>
        Api.PostAsync($"/sessions/{session}/reservations", new { estimated_cost_usd = usd, ttl_seconds = ttlSeconds }, idempotencyKey);

    /// <summary>Makes a reservation that must be granted, and returns its id.</summary>
    public async Task<string> CreateReservationAsync(long session, decimal usd, int? ttlSeconds = null) =>
        (await ReserveAsync(session, usd, ttlSeconds)).Created.Text("id")!;

    /// <summary>Reads a session.</summary>
    public async Task<JsonNode> SessionAsync(long session) => (await Api.GetAsync($"/sessions/{session}")).Ok;

    /// <summary>Reads the budgets of an agent.</summary>
    public async Task<JsonNode> BudgetAsync(string? agent = null, long? task = null) =>
        (await Api.GetAsync($"/agents/{agent ?? Agent}/budget" + (task is null ? "" : $"?task_id={task}"))).Ok;

    /// <summary>Changes the team's settings.</summary>
    public async Task<JsonNode> ConfigureAsync(object settings) => (await Api.PatchAsync($"/settings/teams/{Id}", settings)).Ok;

    /// <summary>Reads the team's cost report.</summary>
    public async Task<JsonNode> CostsAsync(string query = "") => (await Api.GetAsync($"/teams/{Id}/costs{query}")).Ok;
}

/// <summary>An answer of the API.</summary>
/// <param name="Status">The status.</param>
/// <param name="MediaType">The media type of the body.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Text">The body.</param>
public sealed record Answer(HttpStatusCode Status, string? MediaType, HttpResponseHeaders Headers, string Text)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException($"{Status}: the body is null.");

    /// <summary>The body; the status must be 200.</summary>
    public JsonNode Ok => Expect(HttpStatusCode.OK);

    /// <summary>The body; the status must be 201.</summary>
    public JsonNode Created => Expect(HttpStatusCode.Created);

    /// <summary>The value of a header; null if absent.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The path of the next page of a list; null for the last.</summary>
    public string? NextPath()
    {
        const string Root = "/api/v1";
        var link = Header("Link");
        return link?[(link.IndexOf(Root, StringComparison.Ordinal) + Root.Length)..link.IndexOf('>', StringComparison.Ordinal)];
    }

    /// <summary>The body; the status must be the expected one.</summary>
    public JsonNode Expect(HttpStatusCode status) =>
        Status == status ? Json : throw new InvalidOperationException($"Expected {status}, got {Status}: {Text}");
}

/// <summary>Reads members of answers.</summary>
public static class Members
{
    /// <summary>An amount of dollars; null if the member is null.</summary>
    public static decimal? Usd(this JsonNode node, string member)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node[member]?.GetValue<decimal>();
    }

    /// <summary>A text; null if the member is null.</summary>
    public static string? Text(this JsonNode node, string member)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node[member]?.GetValue<string>();
    }

    /// <summary>A number; null if the member is null.</summary>
    public static long? Number(this JsonNode node, string member)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node[member]?.GetValue<long>();
    }

    /// <summary>A truth value.</summary>
    public static bool Flag(this JsonNode node, string member)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node[member]!.GetValue<bool>();
    }

    /// <summary>The items of a list.</summary>
    public static IReadOnlyList<JsonNode> Items(this JsonNode node, string member)
    {
        ArgumentNullException.ThrowIfNull(node);
        return [.. node[member]!.AsArray().Select(item => item!)];
    }
}
