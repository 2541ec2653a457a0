using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <content>Budgets that are resources of their own.</content>
internal sealed partial class LedgerWorld
{
    private static readonly string[] Models = ["m-1", "m-2"];
    private static readonly string[] Customers = ["acme", "other"];

    // A dollar for a million tokens of any class, so that tokens are micro-dollars.
    private async Task SetPricesAsync()
    {
        foreach (var name in Models)
        {
            _ = (await Api.SendAsync(HttpMethod.Put, $"/prices/{name}?org_id={team.Organisation}", new
            {
                input_usd_per_mtok = 1,
                output_usd_per_mtok = 1,
                cache_read_usd_per_mtok = 1,
                cache_write_usd_per_mtok = 1,
                cache_write_1h_usd_per_mtok = 1,
            })).Ok;
        }
    }

    private static string? ModelOf((int Model, int Customer) call) => call.Model < 0 ? null : Models[call.Model];

    private static object? LabelsOf((int Model, int Customer) call) => call.Customer < 0 ? null : new { customer = Customers[call.Customer] };

    private static ModelCall CallOf((int Model, int Customer) call, ModelCall session) => new(
        ModelOf(call) ?? session.Model, call.Customer < 0 ? session.Customer : Customers[call.Customer]);

    private static decimal? FigureOf(JsonNode budget, string name) => budget.Usd($"{name}_usd") ?? budget.Number($"{name}_tokens");

    private async Task ChangeRuleAsync(RuleStep step)
    {
        var kind = RuleKind.All[step.Kind];
        var (usd, tokens) = (kind.HasUsd ? step.Usd : (decimal?)null, kind.HasTokens ? step.Tokens : (long?)null);
        if (model.Rules.Find(rule => rule.Kind == kind) is { } known)
        {
            var limits = new JsonObject { ["limit_usd"] = usd, ["limit_tokens"] = tokens };
            _ = (await Api.PatchAsync($"/budgets/{known.Id}", limits.ToJsonString())).Ok;
            var killing = model.Killing();
            model.Move(known, usd, tokens);
            model.KillWhatExceeds(killing);
            return;
        }

        var answer = await Api.PostAsync("/budgets", new JsonObject
        {
            ["scope"] = kind.Scope,
            ["match"] = kind.Match.Length > 0 ? kind.Match : kind.Scope == "team" ? team.Id : team.Organisation,
            ["period"] = kind.Period,
            ["limit_usd"] = usd,
            ["limit_tokens"] = tokens,
            [kind.IsOfTeam ? "team_id" : "org_id"] = kind.IsOfTeam ? team.Id : team.Organisation,
        }.ToJsonString());
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Text);
        var before = model.Killing();
        model.Add(answer.Json.Text("id")!, kind, usd, tokens);
        model.KillWhatExceeds(before);
    }

    private async Task DeleteRuleAsync(NoRuleStep step)
    {
        if (model.Rules.Find(rule => rule.Kind == RuleKind.All[step.Kind]) is { } rule)
        {
            Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/budgets/{rule.Id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
            model.Rules.Remove(rule);
        }
    }

    /// <summary>Checks that a refusal names a budget that refuses and what would fit, and when to come back if only rates refuse.</summary>
    private void CheckRefusal(Answer answer, ModelSession session, ModelCall call, DateTimeOffset until, IReadOnlyList<ModelBudget> refusing)
    {
        var named = answer.Json["budget"]!;
        Assert.That(refusing.Select(budget => (budget.Scope, budget.Period, budget.Rule?.Id)), Does.Contain((named.Text("scope"), named.Text("period"), $"{named["budget_id"]}" is { Length: > 0 } id ? id : null)));
        if (answer.Json.Usd("max_reservable_usd") is { } most && model.CapsOf(session, call).Any(cap => !cap.Budget.IsInTokens && model.Refuses(cap.Budget)))
        {
            Assert.That(most == 0 || model.RefusingToReserve(session, call, most, 0, model.Now, until).All(budget => budget.IsInTokens), Is.True, () => $"{answer.Text}\n{model.Describe(session, call, until)}");
            Assert.That(model.RefusingToReserve(session, call, most + 0.000000001m, 0, model.Now, until), Has.Some.Property(nameof(ModelBudget.IsInTokens)).False, answer.Text);
        }

        if (answer.Json.Number("max_reservable_tokens") is { } mostTokens)
        {
            Assert.That(mostTokens == 0 || model.RefusingToReserve(session, call, 0, mostTokens, model.Now, until).All(budget => !budget.IsInTokens), Is.True, () => $"{answer.Text}\n{model.Describe(session, call, until)}");
            Assert.That(
                model.RefusingToReserve(session, call, 0, mostTokens + 1, model.Now, until),
                Has.Some.Property(nameof(ModelBudget.IsInTokens)).True,
                () => $"{answer.Text}\n{model.Describe(session, call, until)}");
        }

        if (answer.Status == HttpStatusCode.TooManyRequests && answer.Json["retry_at"] is { } at)
        {
            Assert.That(DateTimeOffset.Parse($"{at}", System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(model.Now));
        }
    }
}
