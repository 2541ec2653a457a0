using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>Tests of prices. These are everybody's, and the server is that of all tests of a class: each has a model of its own.</summary>
internal abstract class PriceFixture(Store store) : ApiFixture(store)
{
    /// <summary>A model that nobody else has a price for.</summary>
    protected string Own { get; private set; } = "";

    [SetUp]
    public void NameModel() => Own = $"acme-{Guid.CreateVersion7()}";

    protected Task<Answer> UseAsync(long session, object usage) => Api.PostAsync($"/sessions/{session}/usage", usage);

    protected async Task<JsonNode> SetAsync(string model, object price) => (await Api.SendAsync(HttpMethod.Put, $"/prices/{model}", price)).Ok;
}
