using System.Net;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>Headers that every answer has for browsers, and internals that none reveals.</summary>
internal sealed partial class AnswerTests : HardeningFixture
{
    private static readonly string[] Members = ["type", "title", "status", "detail", "instance", "trace_id"];

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Proxy:KnownNetworks"] = "127.0.0.0/8",
    };

    [TestCase("/api/v1/guidelines", null, 200)]
    [TestCase("/api/v1/nothing", null, 404)]
    [TestCase("/api/v1/teams/018f0000-0000-7000-8000-000000000000", null, 404)]
    [TestCase("/api/v1/guidelines", "throw", 500)]
    [TestCase("/api/v1/guidelines", "unknown key", 401)]
    [TestCase("/openapi/v1.json", null, 200)]
    [TestCase("/health/live", null, 200)]
    public async Task Data_responses_have_headers_that_keep_browsers_from_rendering_them(string path, string? fault, int status)
    {
        using var answer = await SendAsync(path, (FaultHeader, fault));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(HeaderOf(answer, "Content-Security-Policy"), Does.StartWith("default-src 'none';").And.Contain("frame-ancestors 'none'"));
        Assert.That(HeaderOf(answer, "Cache-Control"), Does.Contain("no-store"));
        CheckCommon(answer);
    }

    [Test]
    public async Task Interactive_page_runs_only_its_own_scripts()
    {
        using var first = await SendAsync("/docs/");
        using var second = await SendAsync("/docs/");
        var policy = Policy(first);
        var nonce = Nonce.Match(policy["script-src"]).Groups[1].Value;
        var scripts = Script.Matches(await first.Content.ReadAsStringAsync()).Select(script => script.Value).ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(policy["script-src"], Is.EqualTo($"'self' 'nonce-{nonce}'"));
            Assert.That(Policy(second)["script-src"], Is.Not.EqualTo(policy["script-src"]), "a nonce is used once");
            Assert.That(scripts, Is.Not.Empty.And.All.Contains($"nonce=\"{nonce}\""));
            Assert.That(policy["default-src"], Is.EqualTo("'none'"));
            Assert.That(policy["connect-src"], Is.EqualTo("'self'"));
            Assert.That(policy["frame-ancestors"], Is.EqualTo("'none'"));
        });
        CheckCommon(first);
    }

    [Test]
    public async Task HSTS_is_sent_behind_a_TLS_proxy()
    {
        using var plain = await SendAsync("/api/v1/guidelines");
        using var secure = await SendAsync("/api/v1/guidelines", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"));

        Assert.That(HeaderOf(plain, "Strict-Transport-Security"), Is.Null);
        Assert.That(HeaderOf(secure, "Strict-Transport-Security"), Does.StartWith("max-age="));
    }

    [Test]
    public async Task Server_without_a_proxy_ignores_forwarded_headers()
    {
        await using var alone = await ApiHost.StartAsync(Store.Sqlite);
        var answer = await alone.Api.SendAsync(HttpMethod.Get, "/guidelines", null, ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Header("Strict-Transport-Security"), Is.Null);
    }

    [Test]
    public async Task Unexpected_exception_is_answered_with_a_trace_id_and_no_internals()
    {
        var answer = await AskAsync((FaultHeader, "throw"));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(answer.Json.AsObject().Select(member => member.Key), Is.EquivalentTo(Members));
        CheckRevealsNoInternals(answer.Text);
    }

    private static void CheckCommon(HttpResponseMessage answer) => Assert.Multiple(() =>
    {
        Assert.That(HeaderOf(answer, "X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That(HeaderOf(answer, "Referrer-Policy"), Is.EqualTo("no-referrer"));
        Assert.That(HeaderOf(answer, "Cross-Origin-Opener-Policy"), Is.EqualTo("same-origin"));
        Assert.That(HeaderOf(answer, "Cross-Origin-Resource-Policy"), Is.EqualTo("same-origin"));
        Assert.That(HeaderOf(answer, "Permissions-Policy"), Does.Contain("camera=()"));
        Assert.That(HeaderOf(answer, "Server"), Is.Null);
    });

    private static Dictionary<string, string> Policy(HttpResponseMessage answer) => HeaderOf(answer, "Content-Security-Policy")!
        .Split("; ").Select(part => part.Split(' ', 2)).ToDictionary(part => part[0], part => part[1]);

    private static string? HeaderOf(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.Add(name, value);
        }

        return await Api.Http.SendAsync(request);
    }

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex Nonce { get; }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script { get; }
}
