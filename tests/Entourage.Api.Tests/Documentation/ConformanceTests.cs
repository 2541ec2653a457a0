using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;
using Entourage.Testing.Conformance;

namespace Entourage.Api.Tests.Documentation;

/// <summary>Answers that differ from the API's description fail the test that receives them.</summary>
internal sealed class ConformanceTests : IDisposable
{
    private const string Path = "/prices/gpt-6-sol";

    private readonly StubHandler stub = new();
    private ApiHost host = null!;
    private ApiClient api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite);
        api = new(new HttpClient(host.CheckConformance(stub)) { BaseAddress = new("http://localhost") });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        api?.Http.Dispose();
        await (host?.DisposeAsync() ?? default);
    }

    public void Dispose() => stub.Dispose();

    [Test]
    public async Task Real_answer_conforms() => await CheckAsync(_ => { });

    [Test]
    public void Undocumented_member_is_found() => AssertFault(price => price["surprise"] = 1);

    [Test]
    public void Undocumented_member_of_a_nested_object_is_found() => AssertFault(price => price["current"]!["surprise"] = 1);

    [Test]
    public void Missing_member_is_found() => AssertFault(price => price.Remove("current"));

    [Test]
    public void Null_is_found_where_the_description_has_none() => AssertFault(price => price["model"] = null);

    [Test]
    public void Another_type_is_found() => AssertFault(price => price["current"]!["input_usd_per_mtok"] = "3");

    [Test]
    public void Invalid_time_is_found() => AssertFault(price => price["current"]!["recorded_at"] = "yesterday");

    [Test]
    public void Undocumented_value_of_an_enum_is_found() => AssertFault(
        "/agents/018f0000-0000-7000-8000-000000000000",
        HttpStatusCode.NotFound,
        """{"type":"/problems/surprise","title":"","status":404,"detail":"","instance":"","trace_id":""}""",
        "application/problem+json");

    [TestCase(HttpStatusCode.OK, "text/html")]
    [TestCase(HttpStatusCode.Created, "application/json")]
    [TestCase(HttpStatusCode.Gone, "application/problem+json")]
    public void Undocumented_status_or_media_type_is_found(HttpStatusCode status, string mediaType) => AssertFault("/guidelines", status, "[]", mediaType);

    [Test]
    public void Answer_of_an_undocumented_path_must_be_a_problem() => AssertFault("/nowhere", HttpStatusCode.OK, "{}", "application/json");

    [Test]
    public async Task Other_paths_are_not_checked()
    {
        stub.Answer = (HttpStatusCode.OK, "{}", "application/json");
        using var answer = await api.Http.GetAsync(new Uri("/v1/logs", UriKind.Relative));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private void AssertFault(Action<JsonObject> change) => Assert.That(() => CheckAsync(change), Throws.TypeOf<ConformanceException>());

    private void AssertFault(string path, HttpStatusCode status, string body, string mediaType)
    {
        stub.Answer = (status, body, mediaType);
        Assert.That(() => api.GetAsync(path), Throws.TypeOf<ConformanceException>());
    }

    private async Task CheckAsync(Action<JsonObject> change)
    {
        var price = (await host.Api.GetAsync(Path)).Ok.AsObject();
        change(price);
        stub.Answer = (HttpStatusCode.OK, price.ToJsonString(), "application/json");
        _ = (await api.GetAsync(Path)).Ok;
    }

    private sealed class StubHandler : HttpMessageHandler
    {
        public (HttpStatusCode Status, string Body, string MediaType) Answer { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(Answer.Status) { Content = new StringContent(Answer.Body, Encoding.UTF8, Answer.MediaType) });
    }
}
