using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Every bad request is answered with what is wrong, reveals no internals, and changes nothing.</summary>
[TestFixture]
internal sealed class BadInputTests
{
    private BadInputWorld world = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => world = await BadInputWorld.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await (world?.DisposeAsync() ?? default);

    [TestCaseSource(typeof(BadInputBodies), nameof(BadInputBodies.Cases))]
    [TestCaseSource(typeof(BadInputTeams), nameof(BadInputTeams.Cases))]
    [TestCaseSource(typeof(BadInputTasks), nameof(BadInputTasks.Cases))]
    [TestCaseSource(typeof(BadInputSessions), nameof(BadInputSessions.Cases))]
    [TestCaseSource(typeof(BadInputReservations), nameof(BadInputReservations.Cases))]
    [TestCaseSource(typeof(BadInputLabels), nameof(BadInputLabels.Cases))]
    [TestCaseSource(typeof(BadInputStops), nameof(BadInputStops.Cases))]
    [TestCaseSource(typeof(BadInputMoney), nameof(BadInputMoney.Cases))]
    [TestCaseSource(typeof(BadInputAddresses), nameof(BadInputAddresses.Cases))]
    [TestCaseSource(typeof(BadInputHeaders), nameof(BadInputHeaders.Cases))]
    [TestCaseSource(typeof(BadInputCosts), nameof(BadInputCosts.Cases))]
    [TestCaseSource(typeof(BadInputHumanRequests), nameof(BadInputHumanRequests.Cases))]
    [TestCaseSource(typeof(BadInputWebhooks), nameof(BadInputWebhooks.Cases))]
    [TestCaseSource(typeof(BadInputAudit), nameof(BadInputAudit.Cases))]
    [TestCaseSource(typeof(BadInputKeys), nameof(BadInputKeys.Cases))]
    [TestCaseSource(typeof(BadInputBudgets), nameof(BadInputBudgets.Cases))]
    public Task Bad_request_is_refused_and_changes_nothing(BadInputCase bad) => RefusedAsync(bad);

    [Test]
    public async Task Refusal_of_a_blocked_task_names_the_tasks_that_block_it()
    {
        var (_, problem) = await RefusedAsync(BadInputCase.Post("a blocked task", "/sessions/start", """{"agent_id": "<agent>", "task_id": <blocked>}""")
            .Conflict("task-blocked"));
        Assert.That(problem.Items("blocked_by").Select(id => id.ToJsonString()), Is.EqualTo(new[] { world.Replace("<todo>"), world.Replace("<cancelled>") }));
    }

    [Test]
    public async Task Refusal_over_a_daily_budget_names_the_budget_and_when_to_retry()
    {
        var (answer, problem) = await RefusedAsync(BadInputCase.Post("a spent daily budget", "/sessions/start", """{"agent_id": "<broke-agent>"}""")
            .Refused(HttpStatusCode.PaymentRequired, "budget-exceeded"));
        var budget = problem["budget"]!;
        Assert.Multiple(() =>
        {
            Assert.That(answer.Header("x-should-retry"), Is.EqualTo("false"));
            Assert.That(problem.Usd("max_reservable_usd"), Is.Zero);
            Assert.That(problem.Flag("waiting_helps"), Is.True);
            Assert.That(problem.Text("retry_at"), Is.EqualTo("2026-06-11T04:00:00Z"));
            Assert.That(problem.Text("detail"), Is.EqualTo("The team's daily budget of 1.50 USD has no money left."));
            Assert.That(budget.Text("scope"), Is.EqualTo("team"));
            Assert.That(budget.Text("scope_id"), Is.EqualTo(world.Replace("<broke-team>")));
            Assert.That(budget.Text("period"), Is.EqualTo("day"));
            Assert.That(budget.Usd("limit_usd"), Is.EqualTo(1.5m));
            Assert.That(budget.Usd("spent_usd"), Is.EqualTo(2.000000001m));
            Assert.That(budget.Usd("reserved_usd"), Is.Zero);
            Assert.That(budget.Usd("remaining_usd"), Is.EqualTo(-0.500000001m));
            Assert.That(budget.Text("resets_at"), Is.EqualTo("2026-06-11T04:00:00Z"));
        });
    }

    [Test]
    public async Task Refusal_over_a_total_budget_says_that_waiting_does_not_help()
    {
        var (answer, problem) = await RefusedAsync(BadInputCase.Post("a task without budget left", "/sessions/start", """{"agent_id": "<agent>", "task_id": <broke>}""")
            .Refused(HttpStatusCode.PaymentRequired, "budget-exceeded"));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Header("x-should-retry"), Is.EqualTo("false"));
            Assert.That(problem.Flag("waiting_helps"), Is.False);
            Assert.That(problem.AsObject().ContainsKey("retry_at"), Is.True);
            Assert.That(problem["retry_at"], Is.Null);
            Assert.That(problem["budget"]!.Text("scope"), Is.EqualTo("task"));
            Assert.That(problem["budget"]!.Text("period"), Is.EqualTo("total"));
            Assert.That(problem["budget"]!["resets_at"], Is.Null);
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Body_above_one_mebibyte_is_refused_whatever_its_content(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orgs")
        {
            Content = new StringContent(new string(' ', 1_048_577), null, "application/json"),
        };

        // Waits for permission to send the body. Otherwise the answer may arrive while it is being sent, and be lost.
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        var answer = await world.Api.SendAsync(request);
        var changes = await world.ReadChangesAsync();
        EnsureProblem(answer, HttpStatusCode.RequestEntityTooLarge, "body-too-large", "/api/v1/orgs");
        Assert.That(changes, Is.Empty, "The store has changed.");
    }

    [Test]
    public void Case_names_are_unique()
    {
        IEnumerable<TestCaseData>[] tables =
        [
            BadInputBodies.Cases, BadInputTeams.Cases, BadInputTasks.Cases, BadInputSessions.Cases,
            BadInputReservations.Cases, BadInputMoney.Cases, BadInputAddresses.Cases, BadInputHeaders.Cases, BadInputCosts.Cases,
            BadInputHumanRequests.Cases, BadInputWebhooks.Cases, BadInputAudit.Cases, BadInputKeys.Cases, BadInputBudgets.Cases,
        ];
        Assert.That(tables.SelectMany(table => table).Select(row => (BadInputCase)row.Arguments[0]!).Select(bad => (bad.Method, bad.Path, bad.Name)), Is.Unique);
    }

    private async Task<(Answer Answer, JsonNode Problem)> RefusedAsync(BadInputCase bad)
    {
        using var request = bad.Request(world.Replace);
        var path = request.RequestUri!.OriginalString.Split('?')[0];
        var answer = await world.Api.SendAsync(request);
        var changes = await world.ReadChangesAsync();
        EnsureProblem(answer, bad.Status, bad.Problem, path);
        var errors = answer.Json["errors"]?.AsObject();
        if (bad.Member is null)
        {
            Assert.That(errors, Is.Null);
        }
        else
        {
            Assert.That(errors?.Select(member => member.Key), Is.EqualTo(new[] { bad.Member }), answer.Text);
            Assert.That(errors?.First().Value!.AsArray().Select(message => message!.GetValue<string>()), Is.Not.Empty.And.None.Empty, answer.Text);
        }

        Assert.That(changes, Is.Empty, "The store has changed.");
        return (answer, answer.Json);
    }

    private static void EnsureProblem(Answer answer, HttpStatusCode status, string? code, string path)
    {
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.MediaType, Is.EqualTo("application/problem+json"));
        var problem = answer.Json;
        Assert.Multiple(() =>
        {
            Assert.That(problem.Text("type"), code is null ? Does.StartWith("/problems/") : Is.EqualTo($"/problems/{code}"));
            Assert.That(problem.Text("title"), Is.Not.Null.And.Not.Empty);
            Assert.That(problem.Number("status"), Is.EqualTo((long)status));
            Assert.That(problem.Text("detail"), Is.Not.Null.And.Not.Empty);
            Assert.That(problem.Text("instance"), Is.EqualTo(path));
            Assert.That(problem.Text("trace_id"), Is.Not.Null.And.Not.Empty);

            // Names of .NET types and readers are internals.
            Assert.That(answer.Text, Does.Not.Contain("System.").And.Not.Contain("Entourage.").And.Not.Contain("Microsoft.").And.Not.Contain(".NET"));
            Assert.That(answer.Text, Does.Not.Contain("   at ").And.Not.Contain("LineNumber").And.Not.Contain("Exception"));
        });
    }
}
