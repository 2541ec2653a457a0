using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Entourage.Api.Auth;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Teams;
using Entourage.Domain.Access;
using Entourage.Testing;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Access;

/// <summary>Every route with every role and place. Callers without permission get the documented status, learn nothing and change nothing.</summary>
[TestFixture]
internal sealed partial class AccessTests
{
    private static readonly CallerRole?[] Roles = [null, CallerRole.Agent, CallerRole.Lead, CallerRole.Admin];
    private static readonly AccessPlace[] Places = Enum.GetValues<AccessPlace>();
    private AccessWorld world = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => world = await AccessWorld.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await (world?.DisposeAsync() ?? default);

    [TestCaseSource(typeof(AccessTable), nameof(AccessTable.Cases))]
    public async Task Route_answers_each_role_and_place_as_the_table_says(AccessRow row)
    {
        var before = await world.DigestAsync();
        foreach (var role in Roles)
        {
            var unknown = "";
            foreach (var place in Places.Reverse().Where(place => row.Expect(role, place) != row.Success))
            {
                var (status, text) = await SendAsync(world.ClientOf(role), row, text => world.Fill(text, place));
                Assert.That(status, Is.EqualTo(row.Expect(role, place)), $"{role} {place}: {text}");
                Assert.That(JsonNode.Parse(text)!.Text("type"), Is.EqualTo(CodeOf(status)), $"{role} {place}");
                var anonymous = world.WithoutIds(text, place);
                unknown = place == AccessPlace.Nowhere ? anonymous : unknown;
                Assert.That(status != 404 || anonymous == unknown, Is.True, $"{role} {place}: {text}\ndiffers from the answer for an unknown resource: {unknown}");
            }
        }

        Assert.That(await world.DigestAsync() == before, Is.True, "The store has changed.");

        foreach (var role in Roles)
        {
            // For each role, its own place and the farthest that it reaches.
            var reached = Places.Where(place => row.Expect(role, place) == row.Success).ToArray();
            foreach (var place in reached.Take(1).Union(reached.TakeLast(row.Scope == AccessScope.Unowned ? 0 : 1)))
            {
                var things = await world.MakeAsync(row.Path + row.Body, place);
                var (status, text) = await SendAsync(world.ClientOf(role), row, text => AccessWorld.Fill(text, things));
                Assert.That(status, Is.EqualTo(row.Success), $"{role} {place}: {text}");
                if (row.Undo is { } undo)
                {
                    _ = (await world.Admin.PostAsync(AccessWorld.Fill(undo, things), null)).Ok;
                }
            }
        }
    }

    [Test]
    public async Task Table_has_every_route_of_the_description()
    {
        var document = JsonNode.Parse(await world.Admin.Http.GetStringAsync("/openapi/v1.json"))!;
        var described = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Select(operation => $"{operation.Key.ToUpperInvariant()} {Place.Replace(path.Key, "*")}"));
        var listed = AccessTable.Rows.Select(row => $"{row.Method} /api/v1{Place.Replace(row.Path.Split('?')[0], "*").Replace("gpt-6-sol", "*", StringComparison.Ordinal)}");

        // Telemetry is authorised item by item: see OtlpAccessTests.
        Assert.That(listed.Distinct().Concat(["POST /v1/logs", "POST /v1/metrics", "POST /v1/traces"]), Is.EquivalentTo(described));
        Assert.That(
            document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!["responses"]!.AsObject().Select(response => response.Key)),
            Is.All.SupersetOf(new[] { "401", "403" }));
        Assert.That(document["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key), Is.EquivalentTo(new[] { "key", "bearer" }));
    }

    [Test]
    public void Every_endpoint_requires_a_role_or_allows_anonymous_callers()
    {
        var endpoints = world.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToArray();
        string[] roles = [Policies.Agent, Policies.Lead, Policies.Admin];
        Assert.Multiple(() =>
        {
            Assert.That(endpoints, Has.Length.GreaterThan(AccessTable.Rows.Count / 2));
            foreach (var endpoint in endpoints)
            {
                var policies = endpoint.Metadata.OfType<IAuthorizeData>().Select(data => data.Policy).ToArray();
                var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
                Assert.That(
                    endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null,
                    Is.EqualTo(PublicPath.IsMatch(pattern)),
                    $"{pattern} must allow anonymous callers exactly if it is public");
                Assert.That(PublicPath.IsMatch(pattern) || (policies.Length == 1 && roles.Contains(policies[0])), Is.True, $"{pattern} requires no role");
            }
        });
    }

    [Test]
    public async Task Each_item_of_a_batch_is_authorised_separately()
    {
        var things = new Dictionary<AccessPlace, string>();
        foreach (var place in Places)
        {
            things[place] = (await world.MakeAsync("<session>", place))["session"];
        }

        var before = await world.Host.CountAsync("UsageRecords");
        var items = Places.Select(place => new { session_id = long.Parse(things[place], CultureInfo.InvariantCulture), input_tokens = 1, output_tokens = 1, cost_usd = 0.01m });
        var agent = await StatusesAsync(CallerRole.Agent);
        Assert.That(agent, Is.EqualTo(new long?[] { 200, 403, 403, 404, 404 }));
        Assert.That(await StatusesAsync(CallerRole.Lead), Is.EqualTo(new long?[] { 200, 200, 403, 404, 404 }));
        Assert.That(await StatusesAsync(CallerRole.Admin), Is.EqualTo(new long?[] { 200, 200, 200, 200, 404 }));
        Assert.That(await world.Host.CountAsync("UsageRecords"), Is.EqualTo(before + 1 + 2 + 4));

        async Task<IEnumerable<long?>> StatusesAsync(CallerRole role) =>
            (await world.ClientOf(role).PostAsync("/sessions/usage/batch", new { items })).Ok.Items("items").Select(item => item.Number("status"));
    }

    [Test]
    public async Task Idempotency_keys_of_two_teams_are_independent()
    {
        var foreign = await world.IssueAsync(new { name = "foreign", role = "lead", team_id = world.Fill("<team>", AccessPlace.OtherOrganisation) });
        var body = new { agent_id = world.AgentIn(AccessPlace.Own) };
        Assert.That((await world.ClientOf(CallerRole.Agent).PostAsync("/sessions/start", body, "mine")).Status, Is.EqualTo(HttpStatusCode.Created));
        var replayed = await foreign.PostAsync("/sessions/start", body, "mine");
        Assert.That((replayed.Status, replayed.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.NotFound, default(string))));

        // The key of a batch is scoped to the session.
        var own = await UseAsync(world.ClientOf(CallerRole.Agent), AccessPlace.Own);
        var other = await UseAsync(foreign, AccessPlace.OtherOrganisation);
        Assert.That((own.Number("status"), other.Number("status"), other.Flag("replayed")), Is.EqualTo((200, 200, false)), other.ToJsonString());

        async Task<JsonNode> UseAsync(Testing.ApiClient client, AccessPlace place)
        {
            var session = long.Parse(world.Fill("<session>", place), CultureInfo.InvariantCulture);
            var items = new[] { new { session_id = session, input_tokens = 1, output_tokens = 1, cost_usd = 0.01m } };
            return (await client.PostAsync("/sessions/usage/batch", new { items }, "batch-1")).Ok.Items("items")[0];
        }
    }

    [TestCase("/sessions/start", """{"agent_id": "<own>", "task_id": <task>}""", HttpStatusCode.NotFound)]
    [TestCase("/sessions/start", """{"agent_id": "<own>", "parent_session_id": <session>}""", HttpStatusCode.NotFound)]
    [TestCase("/human-requests", """{"agent_id": "<own>", "session_id": <session>, "kind": "question", "question": "Why?"}""", HttpStatusCode.NotFound)]
    [TestCase("/teams/<home>/tasks", """{"title": "New", "depends_on": [<task>]}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("/teams/<home>/tasks", """{"title": "New", "assignee_id": "<agent>"}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("/sessions/<mine>/usage", """{"input_tokens": 1, "output_tokens": 1, "reservation_id": "<reservation>"}""", HttpStatusCode.UnprocessableEntity)]
    public async Task Reference_to_something_out_of_reach_is_answered_like_one_to_nothing(string path, string body, HttpStatusCode expected)
    {
        var answers = new List<string>();
        foreach (var place in new[] { AccessPlace.Nowhere, AccessPlace.OtherOrganisation, AccessPlace.OtherTeam })
        {
            var answer = await world.ClientOf(CallerRole.Lead).PostAsync(Fill(path, place), Fill(body, place));
            Assert.That(answer.Status, Is.EqualTo(expected), answer.Text);
            answers.Add(world.WithoutIds(answer.Text, place));
        }

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers));

        string Fill(string text, AccessPlace place) => world.Fill(
            text.Replace("<own>", world.AgentIn(AccessPlace.Own), StringComparison.Ordinal)
                .Replace("<home>", world.Fill("<team>", AccessPlace.Own), StringComparison.Ordinal)
                .Replace("<mine>", world.Fill("<session>", AccessPlace.Own), StringComparison.Ordinal),
            place);
    }

    [TestCase(CallerRole.Agent, "/orgs")]
    [TestCase(CallerRole.Agent, "/orgs/<org>/teams")]
    [TestCase(CallerRole.Agent, "/teams/<team>/human-requests?limit=200")]
    [TestCase(CallerRole.Agent, "/agents/<agent>/sessions?limit=200")]
    [TestCase(CallerRole.Lead, "/orgs")]
    [TestCase(CallerRole.Lead, "/orgs/<org>/teams")]
    [TestCase(CallerRole.Lead, "/teams/<team>/human-requests?limit=200")]
    [TestCase(CallerRole.Lead, "/keys?limit=200")]
    public async Task List_has_only_what_the_caller_may_read(CallerRole role, string path)
    {
        var answer = await world.ClientOf(role).GetAsync(world.Fill(path, AccessPlace.Own));
        Assert.That(answer.Ok.AsArray(), Is.Not.Empty);

        // These lists also have what belongs to its organisation and its team.
        var shared = world.SecretsOf(AccessPlace.Own).ToHashSet();
        AccessPlace[] hidden = role == CallerRole.Agent ? [AccessPlace.Peer, AccessPlace.OtherTeam, AccessPlace.OtherOrganisation] : [AccessPlace.OtherTeam, AccessPlace.OtherOrganisation];
        Assert.That(
            hidden.SelectMany(world.SecretsOf).Where(secret => !shared.Contains(secret) && answer.Text.Contains(secret, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Task_status_is_changed_only_by_the_current_assignee()
    {
        var task = (await world.MakeAsync("<task>", AccessPlace.Peer))["task"];
        Assert.That(await MoveAsync("in_progress"), Is.EqualTo(HttpStatusCode.Forbidden));
        _ = (await world.Admin.PatchAsync($"/tasks/{task}", new { assignee_id = world.AgentIn(AccessPlace.Own) })).Ok;
        Assert.That(await MoveAsync("in_progress"), Is.EqualTo(HttpStatusCode.OK));
        _ = (await world.Admin.PatchAsync($"/tasks/{task}", "{\"assignee_id\": null}")).Ok;
        Assert.That(await MoveAsync("in_review"), Is.EqualTo(HttpStatusCode.Forbidden));

        async Task<HttpStatusCode> MoveAsync(string status) =>
            (await world.ClientOf(CallerRole.Agent).PostAsync($"/tasks/{task}/status", new { status })).Status;
    }

    [Test]
    public void Request_without_a_caller_is_refused()
    {
        using var scope = world.Host.Services.CreateScope();
        var query = new GetTeamQuery(Guid.Parse(world.Fill("<team>", AccessPlace.Own), CultureInfo.InvariantCulture));
        Assert.That(async () => await scope.ServiceProvider.GetRequiredService<IMediator>().Send(query), Throws.TypeOf<NoCallerException>());

        // A lead without a team reaches no team.
        Assert.That(async () => await world.Host.SendAsync(query, new Caller("stray", CallerRole.Lead)), Throws.TypeOf<NotFoundException>());
    }

    [TestCase("/health/live", 200)]
    [TestCase("/health/ready", 200)]
    [TestCase("/openapi/v1.json", 200)]
    [TestCase("/docs", 200)]
    [TestCase("/api/v1/nowhere", 404)]
    public async Task Public_paths_need_no_key(string path, int status)
    {
        Assert.That((int)(await world.ClientOf(null).Http.GetAsync(path)).StatusCode, Is.EqualTo(status));
        Assert.That((int)(await world.Host.ClientWith("not-a-key").Http.GetAsync(path)).StatusCode, Is.EqualTo(status));
    }

    private static string CodeOf(int status) => status switch
    {
        401 => "/problems/unauthorized",
        403 => "/problems/forbidden",
        _ => "/problems/not-found",
    };

    // Event streams do not end, so their bodies are not read.
    private static async Task<(int Status, string Text)> SendAsync(Testing.ApiClient client, AccessRow row, Func<string, string> fill)
    {
        using var request = new HttpRequestMessage(new HttpMethod(row.Method), "/api/v1" + fill(row.Path));
        request.Content = row.Body is null ? null : new StringContent(fill(row.Body), Encoding.UTF8, "application/json");
        using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("<[a-z]+>|{[A-Za-z]+}")]
    private static partial Regex Place { get; }

    [GeneratedRegex("^/(health/|openapi/|docs|problems/|_content/|_framework/blazor|sign-in$|account/sign-)")]
    private static partial Regex PublicPath { get; }
}
