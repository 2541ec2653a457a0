using System.Text.Json.Nodes;
using Entourage.Application.Costs;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Entourage.Domain.Teams;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>Costs by label, and reports of usage with labels.</summary>
internal sealed class LabelCostsTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;
    private long acme;
    private long globex;
    private long plain;

    [SetUp]
    public async Task SpendAsync()
    {
        team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        acme = await Host.StartAsync(team, "customer=acme,pr=4711");
        globex = await Host.StartAsync(team, "customer=globex,user=ada");
        plain = await team.StartAsync();
        await Host.UseAsync(acme, 5m);
        await Host.UseAsync(globex, 3m);
        await Host.UseAsync(plain, 2m);

        // A usage with labels of its own: one replaces the session's, one adds to them.
        await Host.UseAsync(globex, 4m, "customer=acme,user=bob", Host.Clock.GetUtcNow().AddDays(-2));
    }

    [Test]
    public async Task Costs_are_listed_by_the_values_of_a_label_before_and_after_they_are_summarised()
    {
        for (var i = 0; i < 2; i++)
        {
            foreach (var path in new[] { $"/teams/{team.Id}", $"/orgs/{team.Organisation}" })
            {
                await CheckAsync(path, "key=customer", "acme 9.00 1, globex 3.00 1", unlabelled: 2m);
                await CheckAsync(path, "key=Customer&period=7d", "acme 9.00 1, globex 3.00 1", unlabelled: 2m);
                await CheckAsync(path, "key=user", "bob 4.00 0, ada 3.00 1", unlabelled: 7m);
                await CheckAsync(path, "key=user&period=today", "ada 3.00 1", unlabelled: 7m);
                await CheckAsync(path, "key=user&from=2026-06-10T12:00:00Z", "ada 3.00 1", unlabelled: 7m);
                await CheckAsync(path, "key=customer&label=user%3Dada", "globex 3.00 1", unlabelled: 0m);
                await CheckAsync(path, "key=customer&label=customer%3Dacme&label=user%3Dbob", "acme 4.00 0", unlabelled: 0m);
                await CheckAsync(path, $"key=customer&agent_id={team.Agent}", "acme 9.00 1, globex 3.00 1", unlabelled: 2m);
                await CheckAsync(path, "key=cust", "", unlabelled: 14m);
            }

            await Host.SummariseAsync();
        }
    }

    [Test]
    public async Task Values_beyond_the_limit_are_summed()
    {
        foreach (var value in new[] { "a", "b", "c" })
        {
            await Host.UseAsync(plain, 1m, $"customer={value}");
        }

        var costs = await LabelsAsync("key=customer&limit=2");

        Assert.That(Rows(costs), Is.EqualTo("acme 9.00 1, globex 3.00 1"));
        Assert.That((costs.Number("value_count"), costs["others"]!.Usd("cost_usd"), costs["others"]!.Number("input_tokens")), Is.EqualTo((5L, 3m, 300L)));
        Assert.That((costs["unlabelled"]!.Usd("cost_usd"), costs.Usd("total_cost_usd")), Is.EqualTo((2m, 17m)));
    }

    [Test]
    public async Task Keys_in_use_are_listed_with_the_number_of_their_values()
    {
        var other = await Api.CreateTeamAsync();
        await Host.StartAsync(other, "ticket=1,ticket-kind=bug,ticket.no=3,ticket_of=4");
        for (var i = 0; i < 2; i++)
        {
            Assert.That(await KeysAsync(team), Is.EqualTo("customer 2, pr 1, user 2"));
            Assert.That(await KeysAsync(other), Is.EqualTo("ticket 1, ticket-kind 1, ticket.no 1, ticket_of 1"));
            await Host.SummariseAsync();
            Assert.That((await Api.GetAsync($"/orgs/{other.Organisation}/costs/label-keys")).Ok.AsArray(), Has.Count.EqualTo(4));
        }

        await Host.UseAsync(plain, 1m, "customer=zeta");
        Assert.That(await KeysAsync(team), Is.EqualTo("customer 3, pr 1, user 2"));

        async Task<string> KeysAsync(TestTeam of) => string.Join(", ", (await Api.GetAsync($"/teams/{of.Id}/costs/label-keys")).Ok.AsArray()
            .Select(row => $"{row!.Text("key")} {row!.Number("values")}"));
    }

    [Test]
    public async Task Reports_can_be_restricted_to_usage_with_labels()
    {
        for (var i = 0; i < 2; i++)
        {
            var costs = await team.CostsAsync("?label=customer%3Dacme");
            Assert.That((costs.Usd("total_cost_usd"), costs.Number("session_count"), costs["forecast_month_usd"]), Is.EqualTo((9m, 2L, (JsonNode?)null)));
            Assert.That(
                costs.Items("sessions").Select(row => (row.Number("session_id"), row.Usd("cost_usd"))),
                Is.EqualTo(new[] { ((long?)globex, (decimal?)4m), (acme, 5m) }));
            Assert.That(costs.Items("by_agent").Single().Number("sessions"), Is.EqualTo(2));
            Assert.That((await team.CostsAsync("?label=customer%3Dacme&label=pr%3D4711")).Usd("total_cost_usd"), Is.EqualTo(5m));
            Assert.That((await team.CostsAsync("?label=customer%3Dacme&label=user%3Dada")).Usd("total_cost_usd"), Is.Zero);
            Assert.That((await team.CostsAsync("?label=CUSTOMER%3Dacme&period=today")).Usd("total_cost_usd"), Is.EqualTo(5m));
            Assert.That((await team.CostsAsync("?label=customer%3DACME")).Number("session_count"), Is.Zero);
            await Host.SummariseAsync();
        }
    }

    [Test]
    public async Task Sessions_can_be_restricted_to_labels_of_theirs_or_of_their_usage()
    {
        Assert.That(await SessionsAsync($"/teams/{team.Id}/sessions?label=customer%3Dacme"), Is.EqualTo(new[] { globex, acme }));
        Assert.That(await SessionsAsync($"/orgs/{team.Organisation}/sessions?label=customer%3Dacme&label=pr%3D4711"), Is.EqualTo(new[] { acme }));
        Assert.That(await SessionsAsync($"/agents/{team.Agent}/sessions?label=user%3Dbob"), Is.EqualTo(new[] { globex }));
        Assert.That(await SessionsAsync($"/teams/{team.Id}/sessions?label=user%3Dbob&status=completed"), Is.Empty);
        Assert.That((await team.SessionAsync(globex))["labels"]!.ToJsonString(), Is.EqualTo("""{"customer":"globex","user":"ada"}"""));
        Assert.That((await team.SessionAsync(plain))["labels"]!.ToJsonString(), Is.EqualTo("{}"));

        async Task<IEnumerable<long>> SessionsAsync(string path) => [.. (await Api.GetAsync(path)).Ok.AsArray().Select(row => row!.Number("id")!.Value)];
    }

    [Test]
    public async Task Table_has_the_labels_of_each_session()
    {
        var tricky = await Host.StartAsync(team, "customer==1+1");
        await Host.UseAsync(tricky, 1m);

        var table = (await Api.GetAsync($"/teams/{team.Id}/costs?format=csv&label_columns=Customer,pr")).Text.Split("\r\n");

        Assert.That(table[0], Does.EndWith(",assumed_cost_usd,labels,label_customer,label_pr"));
        Assert.That(table[1], Does.EndWith(",customer==1+1,'=1+1,").Or.EndsWith(""",customer==1+1,"'=1+1","""));
        Assert.That(table[2], Does.EndWith(",0.00,,,"));
        Assert.That(table[3], Does.EndWith(""","customer=globex; user=ada",globex,"""));
        Assert.That(table[4], Does.EndWith(""","customer=acme; pr=4711",acme,4711"""));
        var filtered = (await Api.GetAsync($"/orgs/{team.Organisation}/costs?format=csv&label=user%3Dbob")).Text.Split("\r\n");
        Assert.That(filtered[1..], Has.Length.EqualTo(2).And.Some.StartsWith($"{globex},").And.Some.Contains(",4.00,"));
    }

    [Test]
    public async Task Series_of_a_label_add_up_to_the_report_before_and_after_it_is_summarised()
    {
        for (var i = 0; i < 2; i++)
        {
            foreach (var subject in new[] { Audience.OfTeam(Guid.Parse(team.Id)), Audience.OfOrganisation(Guid.Parse(team.Organisation)) })
            {
                Assert.That(await SeriesAsync(subject, "customer", new(null, null, CostPeriod.SevenDays, null, null, null)), Is.EqualTo("acme 4 5, globex 0 3,  0 2"));
                Assert.That(await SeriesAsync(subject, "user", new(null, null, CostPeriod.SevenDays, null, null, null)), Is.EqualTo(" 0 7, bob 4 0, ada 0 3"));
                var filter = new CostFilter(null, null, CostPeriod.SevenDays, null, null, null) { Labels = LabelSet.Of([new("customer", "acme")]) };
                Assert.That(await SeriesAsync(subject, "user", filter), Is.EqualTo(" 0 5, bob 4 0"));
                Assert.That(await SeriesAsync(subject, null, filter), Is.EqualTo(" 4 5"));
            }

            await Host.SummariseAsync();
        }

        async Task<string> SeriesAsync(Audience subject, string? key, CostFilter filter)
        {
            var query = new GetCostSeriesQuery(subject, filter, key is null ? CostHeading.Everything : CostHeading.Label) { LabelKey = key };
            var series = await Host.SendAsync(query);
            return string.Join(", ", series.Series.Select(line => $"{line.Item} {line.Costs[4].ToString().Split('.')[0]} {line.Costs[6].ToString().Split('.')[0]}"));
        }
    }

    [Test]
    public async Task Totals_agree_after_late_usage_corrections_compaction_and_a_change_of_time_zone()
    {
        await Host.SummariseAsync();
        var later = $"model-{team.Id}";
        var late = Host.Clock.GetUtcNow().AddDays(-20);
        await Host.UseAsync(acme, 1m, at: late);
        await Host.UseAsync(acme, 1m, "feature=search", at: late);
        await Host.UseAsync(acme, null, "feature=search", at: late, model: later);
        await Host.SummariseAsync();
        _ = (await Api.SendAsync(HttpMethod.Put, $"/prices/{later}", new { input_usd_per_mtok = 3m, output_usd_per_mtok = 15m })).Ok;
        Assert.That((await team.CostsAsync("?label=feature%3Dsearch")).Usd("total_cost_usd"), Is.EqualTo(1.00045m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        await Host.SummariseAsync();
        await team.ConfigureAsync(new { timezone = "Pacific/Apia" });
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);

        Host.Clock.Advance(TimeSpan.FromDays(40));
        Assert.That((await Host.CompactAsync(TimeSpan.FromDays(31))).Records, Is.GreaterThan(0));
        await Host.UseAsync(acme, 1m, "feature=search", at: Host.Clock.GetUtcNow().AddDays(-5));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        await Host.SummariseAsync();
        var report = await Host.VerifyAsync();
        Assert.That((report.Differences, report.Problems), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
        Assert.That((await LabelsAsync("key=customer")).Usd("total_cost_usd"), Is.EqualTo((await team.CostsAsync()).Usd("total_cost_usd")));
    }

    [Test]
    public async Task Missing_labels_of_a_set_are_reported_and_stored_again()
    {
        await Host.SummariseAsync();
        var id = LabelSet.Of([new("customer", "acme"), new("pr", "4711")]).Id;
        await Host.ExecuteAsync($"DELETE FROM LabelSets WHERE OrganisationId = (SELECT t.OrganisationId FROM Teams t JOIN Sessions s ON s.TeamId = t.Id WHERE s.Id = {acme}) AND LabelSetId = {id} AND LabelKey = {"pr"}");

        var found = await Host.VerifyAsync(repair: true);

        Assert.That(found.Differences, Is.EqualTo(new[] { $"labels {id} are customer=acme, pr=4711, but customer=acme are stored" }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        Assert.That((await team.CostsAsync("?label=pr%3D4711")).Usd("total_cost_usd"), Is.EqualTo(5m));
    }

    private async Task CheckAsync(string path, string query, string expected, decimal unlabelled)
    {
        var costs = (await Api.GetAsync($"{path}/costs/labels?{query}")).Ok;
        Assert.That(Rows(costs), Is.EqualTo(expected), query);
        Assert.That((costs["unlabelled"]!.Usd("cost_usd"), costs["others"]), Is.EqualTo((unlabelled, (JsonNode?)null)), query);
        Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(costs.Items("values").Sum(row => row.Usd("cost_usd")) + unlabelled), query);
    }

    private async Task<JsonNode> LabelsAsync(string query) => (await Api.GetAsync($"/teams/{team.Id}/costs/labels?{query}")).Ok;

    private static string Rows(JsonNode costs) => string.Join(", ", costs.Items("values").Select(row => $"{row.Text("value")} {row["cost_usd"]} {row.Number("sessions")}"));
}
