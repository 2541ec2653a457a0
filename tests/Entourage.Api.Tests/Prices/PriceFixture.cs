using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>The base of tests about prices. The tests of a class share a server and its prices, so each uses its own model.</summary>
internal abstract class PriceFixture(Store store) : ApiFixture(store)
{
    /// <summary>A model that no other test uses.</summary>
    protected string Own { get; private set; } = "";

    [SetUp]
    public void NameModel() => Own = $"acme-{Guid.CreateVersion7()}";

    protected Task<Answer> UseAsync(long session, object usage) => Api.PostAsync($"/sessions/{session}/usage", usage);

    protected async Task<JsonNode> SetAsync(string model, object price) => (await Api.SendAsync(HttpMethod.Put, $"/prices/{model}", price)).Ok;
}
