using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Startup;

/// <summary>Health checks, the API description, and its interactive page.</summary>
internal sealed class ServiceEndpointTests(Store store) : ApiFixture(store)
{
    [TestCase("/health/live")]
    [TestCase("/health/ready")]
    public async Task Health_check_succeeds(string path) =>
        Assert.That((await Api.Http.GetAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task Description_has_every_route_and_the_types_of_its_members()
    {
        var document = JsonNode.Parse(await Api.Http.GetStringAsync("/openapi/v1.json"))!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}"));
        var schemas = document["components"]!["schemas"]!;
        Assert.That(
            document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!.Text("summary")),
            Is.All.Not.Empty, "each has a summary");

        Assert.That(operations, Is.SupersetOf(new[]
        {
            "post /api/v1/orgs", "get /api/v1/orgs/{id}", "post /api/v1/orgs/{orgId}/teams", "get /api/v1/teams/{id}/costs",
            "post /api/v1/sessions/start", "post /api/v1/sessions/{id}/usage", "post /api/v1/sessions/{id}/end",
            "get /api/v1/agents/{id}/budget", "patch /api/v1/settings/teams/{id}", "post /api/v1/tasks/{id}/status", "get /api/v1/guidelines",
            "get /api/v1/teams/{id}/events", "get /api/v1/agents/{id}/events", "post /api/v1/teams/{teamId}/webhooks", "get /api/v1/teams/{teamId}/webhooks",
            "get /api/v1/webhooks/{id}", "delete /api/v1/webhooks/{id}", "get /api/v1/webhooks/{id}/deliveries", "post /api/v1/webhooks/{id}/test",
        }));
        Assert.Multiple(() =>
        {
            var usage = schemas["RecordUsageRequest"]!;
            Assert.That(usage["required"]!.ToJsonString(), Is.EqualTo("""["input_tokens","output_tokens"]"""));
            Assert.That(usage["properties"]!["input_tokens"]!["type"]!.ToJsonString(), Does.Contain("integer"));
            Assert.That(usage["properties"]!["occurred_at"]!.Text("format"), Is.EqualTo("date-time"));
            Assert.That(usage["properties"]!["cost_usd"]!["type"]!.ToJsonString(), Does.Contain("number").And.Contain("null"));
            Assert.That(
                schemas["ChangeTeamSettingsRequest"]!["properties"]!["daily_cost_limit_usd"]!["type"]!.ToJsonString(), Does.Contain("number").And.Contain("null"));
            Assert.That(schemas["WorkTaskStatus"]!["enum"]!.ToJsonString(), Does.Contain("in_progress"));
        });
    }

    [Test]
    public async Task Interactive_page_is_served_with_its_assets()
    {
        var page = await Api.Http.GetStringAsync("/docs/");
        Assert.That(page, Does.Contain("openapi/v1.json"));
        Assert.That(page, Does.Not.Contain("https://cdn"), "it must work without the internet");
    }
}
