using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Alerts;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>Calls the budgets of the API.</summary>
internal abstract class BudgetFixture(Store store) : AlertFixture(store)
{
    protected async Task<JsonNode> CreateAsync(object body) => (await Api.PostAsync("/budgets", body)).Created;

    protected async Task<JsonNode> BudgetAsync(string? id) => (await Api.GetAsync($"/budgets/{id}")).Ok;

    protected async Task<JsonNode> ChangeAsync(JsonNode budget, object change) => (await Api.PatchAsync($"/budgets/{budget.Text("id")}", change)).Ok;

    protected async Task<JsonNode> OnlyFigureAsync(JsonNode budget) => (await BudgetAsync(budget.Text("id"))).Items("current").Single();

    protected Task<Answer> DeleteAsync(string? id) => Api.SendAsync(HttpMethod.Delete, $"/budgets/{id}", null);

    protected async Task<IReadOnlyList<JsonNode>> ListAsync(string query) => [.. (await Api.GetAsync($"/budgets{query}")).Ok.AsArray().Select(item => item!)];

    protected static void EnsureInvalid(Answer answer, string member) => Assert.That(
        (answer.Status, answer.Json["errors"]?.AsObject().Select(error => error.Key).Single()), Is.EqualTo((HttpStatusCode.UnprocessableEntity, member)), answer.Text);
}
