using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>The API's description has what generators of clients need.</summary>
internal sealed class DescriptionTests
{
    private JsonNode document = null!;
    private JsonNode[] operations = null!;
    private JsonObject schemas = null!;

    [OneTimeSetUp]
    public async Task ReadAsync()
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite);
        document = JsonNode.Parse(await host.Api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        operations = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!)];
        schemas = document["components"]!["schemas"]!.AsObject();
    }

    [Test]
    public void Every_operation_has_an_id_of_its_own()
    {
        var ids = operations.Select(operation => operation.Text("operationId")).ToArray();
        Assert.That(ids, Is.Unique.And.All.Match("^[a-z]+([A-Z][a-z]+)+$"));
    }

    [Test]
    public void Address_of_the_server_has_no_trailing_slash() =>
        Assert.That(document.Items("servers").Select(server => server.Text("url")), Is.Not.Empty.And.All.Not.EndsWith("/"));

    [Test]
    public void Every_tag_is_described()
    {
        var described = document.Items("tags").ToDictionary(tag => tag.Text("name")!, tag => tag.Text("description"));
        Assert.That(described.Keys, Is.EquivalentTo(operations.SelectMany(operation => operation.Items("tags")).Select(tag => tag.GetValue<string>()).Distinct()));
        Assert.That(described.Values, Is.All.Not.Empty);
    }

    [Test]
    public void Every_parameter_is_described() => Assert.That(
        operations.SelectMany(operation => operation["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.Text("description")), Is.All.Not.Empty);

    [TestCase("listAgentSessions", "status", "abandoned")]
    [TestCase("listAlerts", "kind", "runaway_tokens")]
    [TestCase("getTeamCosts", "period", "7d")]
    [TestCase("listAuditEntries", "action", "price_set")]
    public void Filter_lists_its_values(string operation, string parameter, string value)
    {
        var described = operations.Single(known => known.Text("operationId") == operation).Items("parameters").Single(known => known.Text("name") == parameter);
        Assert.That(described["schema"]!.Items("enum").Select(known => known.GetValue<string>()), Does.Contain(value));
    }

    [Test]
    public void Every_body_and_answer_has_an_example()
    {
        var answers = operations.SelectMany(operation => operation["responses"]!.AsObject().Select(response => (operation, Node: response.Value!)))
            .Concat(operations.Where(operation => operation["requestBody"] is not null).Select(operation => (operation, Node: operation["requestBody"]!)))
            .Concat(document["components"]!["responses"]!.AsObject().Select(response => (operation: response.Value!, Node: response.Value!)));
        foreach (var (operation, node) in answers)
        {
            foreach (var (type, media) in node["content"]?.AsObject() ?? [])
            {
                Assert.That(media!["example"] is not null || type == "application/x-protobuf", $"{operation["operationId"]}: {type} of {node["description"]}");
            }
        }
    }

    [Test]
    public void Every_error_is_a_typed_problem()
    {
        foreach (var operation in operations.Where(operation => !operation.Text("operationId")!.StartsWith("receive", StringComparison.Ordinal)))
        {
            foreach (var (status, response) in operation["responses"]!.AsObject().Where(response => response.Key[0] >= '4'))
            {
                var answer = response!["$ref"] is { } reference ? document["components"]!["responses"]![reference.GetValue<string>().Split('/')[^1]]! : response;
                var schema = answer["content"]!["application/problem+json"]!["schema"]!.Text("$ref")!.Split('/')[^1];
                Assert.That(schemas[schema]!["properties"]!["type"]!.Items("enum"), Is.Not.Empty, $"{operation["operationId"]} {status}");
            }
        }
    }

    [Test]
    public void Refusal_by_a_budget_has_its_members()
    {
        var refusal = schemas["BudgetExceededProblem"]!;
        Assert.That(RequiredOf(refusal), Is.SupersetOf(new[] { "budget", "max_reservable_usd", "max_reservable_tokens", "waiting_helps", "retry_at" }));
        Assert.That(RequiredOf(schemas["TooManyRequestsProblem"]!), Has.No.Member("budget"));
        Assert.That(
            operations.Where(operation => operation["responses"]!["402"] is not null).Select(operation => operation.Text("operationId")),
            Is.EquivalentTo(new[] { "startSession", "createReservation", "extendReservation" }));
    }

    [TestCase("SessionResponse", "task_id", "ended_at", "parent_session_id", "error", "model")]
    [TestCase("BudgetResponse", "daily_limit_usd", "cap_reached_at", "resets_at", "task_limit_usd")]
    [TestCase("PauseResponse", "expires_at", "paused_at", "reason")]
    [TestCase("CostsResponse", "forecast_month_usd")]
    public void Member_may_be_null_where_answers_have_null(string schema, params string[] members)
    {
        Assert.That(RequiredOf(schemas[schema]!), Is.SupersetOf(members));
        Assert.That(members.Select(member => TypeOf(schemas[schema]!, member)), Is.All.Contains("null"));
    }

    [TestCase("UsageResponse", "stop", "stop_reasons", "over_budget", "budget", "estimated")]
    [TestCase("SessionResponse", "session_id", "tokens", "started_at")]
    [TestCase("AgentCostResponse", "cost_usd", "input_tokens", "sessions")]
    public void Member_is_present_and_never_null_where_answers_always_have_it(string schema, params string[] members)
    {
        Assert.That(RequiredOf(schemas[schema]!), Is.SupersetOf(members));
        Assert.That(members.Select(member => TypeOf(schemas[schema]!, member)), Is.All.Not.Contains("null"));
    }

    [TestCase("by_hour")]
    [TestCase("by_team")]
    public void Breakdown_that_some_reports_omit_is_optional(string member)
    {
        Assert.That(RequiredOf(schemas["CostsResponse"]!), Has.None.EqualTo(member));
        Assert.That(TypeOf(schemas["CostsResponse"]!, member), Is.EqualTo("\"array\""));
    }

    [Test]
    public void Members_of_bodies_are_required_if_their_text_says_so()
    {
        foreach (var (name, schema) in schemas.Where(schema => schema.Value!["additionalProperties"] is not null))
        {
            var stated = (schema!["properties"]?.AsObject() ?? []).Where(member => IsStated(member.Value!)).Select(member => member.Key);
            Assert.That(RequiredOf(schema), Is.SupersetOf(stated), name);
        }
    }

    private static bool IsStated(JsonNode member) => member["description"]?.GetValue<string>().StartsWith("Required.", StringComparison.Ordinal) ?? false;

    private static string[] RequiredOf(JsonNode schema) => [.. (schema["required"]?.AsArray() ?? []).Select(member => member!.GetValue<string>())];

    private static string TypeOf(JsonNode schema, string member)
    {
        var value = schema["properties"]![member]!;
        return (value["type"] ?? value["oneOf"])?.ToJsonString() ?? "";
    }
}
