using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Correctly signed tokens with odd content are refused without a server error.</summary>
internal sealed class TokenTests
{
    private const string Admin = "\"sub\":\"u-1\",\"entourage_role\":\"admin\"";

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    private readonly TestAuthority authority = new();
    private ApiHost host = null!;
    private TestTeam team = null!;

    /// <summary>Further members of the payload, the expiry in JSON (null: a valid one; "": none) and a display name.</summary>
    private static IEnumerable<TestCaseData> StrangePayloads()
    {
        string[] instants =
        [
            "1000000000000000000", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "253402300800", "1e18", "1e30", "1e400", "-1e400",
            "99999999999999999999999999999999999999999999", "-1", "\"4000000000\"", "\"soon\"", "null", "true", "[4000000000]", "{\"a\":1}", "[]", "\"\"",
        ];
        foreach (var instant in instants)
        {
            yield return new TestCaseData(Admin, instant).SetArgDisplayNames($"exp {instant}");
            yield return new TestCaseData($"{Admin},\"nbf\":{instant}", null).SetArgDisplayNames($"nbf {instant}");
            yield return new TestCaseData($"{Admin},\"iat\":{instant}", null).SetArgDisplayNames($"iat {instant}");
        }

        yield return new TestCaseData(Admin, "").SetArgDisplayNames("no exp");
        yield return new TestCaseData(Admin, "0").SetArgDisplayNames("exp 0");
        yield return new TestCaseData(Admin, "1000000000.5").SetArgDisplayNames("a fraction in the past");
        yield return new TestCaseData($"{Admin},\"exp\":4000000000", "1").SetArgDisplayNames("exp twice, the last good");
        yield return new TestCaseData($"{Admin},\"exp\":1", "4000000000").SetArgDisplayNames("exp twice, the first good");
        yield return new TestCaseData($"{Admin},\"sub\":\"u-2\"", null).SetArgDisplayNames("sub twice");
        yield return new TestCaseData($"{Admin},\"iss\":\"https://id.example.com/\"", null).SetArgDisplayNames("iss twice");
        yield return new TestCaseData($"\"entourage_role\":\"lead\",{Admin}", null).SetArgDisplayNames("two roles");
        string[] strange = ["1", "-0.5", "null", "true", "[]", "[\"admin\",\"lead\"]", "[[\"admin\"]]", "[1]", "{\"admin\":true}", "\"\"", "\"Admin\"", "\"admin \"", $"\"{new string('a', 8_000)}\""];
        foreach (var value in strange)
        {
            yield return new TestCaseData($"\"sub\":\"u-1\",\"entourage_role\":{value}", null).SetArgDisplayNames($"role {value[..Math.Min(20, value.Length)]}");
            yield return new TestCaseData($"\"sub\":\"u-1\",\"entourage_role\":\"lead\",\"entourage_team\":{value}", null)
                .SetArgDisplayNames($"team {value[..Math.Min(20, value.Length)]}");
        }

        foreach (var value in strange.Where(value => value is not ("null" or "\"\"" or "\"Admin\"" or "\"admin \"")))
        {
            yield return new TestCaseData($"{Admin},\"name\":{value}", null).SetArgDisplayNames($"name {value[..Math.Min(20, value.Length)]}");
            yield return new TestCaseData($"\"entourage_role\":\"admin\",\"sub\":{value}", null).SetArgDisplayNames($"sub {value[..Math.Min(20, value.Length)]}");
        }

        yield return new TestCaseData($"{Admin},\"name\":\"\\ud800\"", null).SetArgDisplayNames("half a character in a name");
        yield return new TestCaseData($"\"entourage_role\":\"admin\",\"sub\":\"\\udc00\"", null).SetArgDisplayNames("half a character in sub");
        yield return new TestCaseData($"{Admin},\"deep\":{new string('[', 2_000)}{new string(']', 2_000)}", null).SetArgDisplayNames("deeply nested");
        yield return new TestCaseData(
            Admin + string.Concat(Enumerable.Range(0, 2_000).Select(i => $",\"c{i}\":{i}")), null).SetArgDisplayNames("2,000 claims");
        yield return new TestCaseData($"{Admin},\"aud\":1", null).SetArgDisplayNames("aud twice");
        yield return new TestCaseData($"{Admin}", "4000000000}").SetArgDisplayNames("no JSON");
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await authority.StartAsync();
        team = await host.Api.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (host?.DisposeAsync() ?? default);
        authority.Dispose();
    }

    [TestCaseSource(nameof(StrangePayloads))]
    public Task Signed_token_with_a_malformed_payload_is_refused(string members, string? expiry) =>
        ExpectRefusedAsync(authority.Sign(TestAuthority.Payload(members, expiry switch { null => TestAuthority.Seconds(5), "" => null, _ => expiry })));

    [TestCase("""{"alg":"none"}""")]
    [TestCase("""{"alg":"ES256","kid":"unknown"}""")]
    [TestCase("""{"alg":"ES256","kid":1}""")]
    [TestCase("""{"alg":"ES256","kid":["1"]}""")]
    [TestCase("""{"alg":"ES256","kid":null,"kid":{}}""")]
    [TestCase("""{"alg":["ES256"],"kid":"1"}""")]
    [TestCase("""{"alg":"HS256","kid":"1"}""")]
    [TestCase("""{"alg":"RS256","kid":"1"}""")]
    [TestCase("""{"alg":"ES512","kid":"1"}""")]
    [TestCase("""{"kid":"1"}""")]
    [TestCase("""{}""")]
    [TestCase("""[]""")]
    [TestCase("""{"alg":"ES256","kid":"1",""")]
    [TestCase("""{"alg":"dir","enc":"A128CBC-HS256","zip":"DEF","kid":"1"}""")]
    public Task Token_with_a_malformed_header_causes_no_server_error(string header) =>
        ExpectAnsweredAsync(authority.Sign(TestAuthority.Payload(Admin, TestAuthority.Seconds(5)), header));

    [TestCase(8_000)]
    [TestCase(100_000)]
    public async Task Huge_key_id_causes_no_server_error(int length) =>
        await ExpectAnsweredAsync(authority.Sign(
            TestAuthority.Payload(Admin, TestAuthority.Seconds(5)), $$"""{"alg":"ES256","kid":"{{new string('k', length)}}"}"""));

    [TestCase("{h}")]
    [TestCase("{h}.")]
    [TestCase("{h}..")]
    [TestCase("{h}.{p}")]
    [TestCase("{h}.{p}.")]
    [TestCase("{h}.{p}.{s}.")]
    [TestCase("{h}.{p}.{s}.{s}")]
    [TestCase("{h}.{p}.{p}.{p}.{s}")]
    [TestCase("{h}.{p}.{s}.{p}.{s}.{p}")]
    [TestCase("{h}.{p}.{s}=")]
    [TestCase("{h}.{p}x.{s}")]
    [TestCase("{h}.{p}.x{s}")]
    [TestCase("{h}.%%%.{s}")]
    [TestCase("{h}.{p}.%%%")]
    [TestCase("eyJ.{p}.{s}")]
    [TestCase("eyJ.....................................")]
    [TestCase("eyJ.eyJ.eyJ")]
    public Task Truncated_token_is_refused(string shape)
    {
        var parts = authority.AdminToken().Split('.');
        return ExpectRefusedAsync(shape.Replace("{h}", parts[0], StringComparison.Ordinal)
            .Replace("{p}", parts[1], StringComparison.Ordinal).Replace("{s}", parts[2], StringComparison.Ordinal));
    }

    [Test]
    public async Task Token_is_refused_when_its_payload_is_not_UTF8_or_not_an_object()
    {
        foreach (var payload in new byte[][] { [0xff, 0xfe, 0x00], [.. Encoding.UTF8.GetBytes("{\"sub\":\""), 0xc3, 0x28, .. Encoding.UTF8.GetBytes("\"}")], [], [0] })
        {
            await ExpectRefusedAsync(authority.Sign(payload));
        }

        var name = Encoding.UTF8.GetBytes(TestAuthority.Payload($"{Admin},\"name\":\"????\"", TestAuthority.Seconds(5)));
        var at = Array.LastIndexOf(name, (byte)'?');
        (name[at - 1], name[at]) = (0xc3, 0x28);
        await ExpectRefusedAsync(authority.Sign(name));
        foreach (var json in new[] { "[]", "\"text\"", "1", "null", "{}" })
        {
            await ExpectRefusedAsync(authority.Sign(json));
        }
    }

    [TestCase(10_000, 200)]
    [TestCase(20_000, 401)]
    [TestCase(100_000, 431)]
    public async Task Token_has_a_maximum_length(int length, int status) =>
        Assert.That((int)await SendAsync(authority.Sign(TestAuthority.Payload($"{Admin},\"x\":\"{new string('x', length * 3 / 4)}\"", TestAuthority.Seconds(5)))), Is.EqualTo(status));

    [TestCase("{ \"alg\":\"ES256\",\"kid\":\"1\"}")]
    [TestCase("{\n  \"alg\": \"ES256\",\n  \"kid\": \"1\"\n}")]
    [TestCase("{\"alg\":\"ES256\"}")]
    public async Task Token_header_may_have_any_layout_and_no_key_id(string header) =>
        Assert.That(
            await SendAsync(authority.Sign(TestAuthority.Payload(Admin, TestAuthority.Seconds(5) + ".25"), header)), Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task Token_that_expires_in_the_last_representable_second_is_accepted() =>
        Assert.That(await SendAsync(authority.Sign(TestAuthority.Payload(Admin, "253402300799"))), Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task Token_of_a_lead_with_one_role_and_one_team_is_accepted() =>
        Assert.That(
            await SendAsync(authority.Sign(TestAuthority.Payload(
                $"\"sub\":\"u-1\",\"name\":null,\"entourage_role\":\"lead\",\"entourage_team\":\"{team.Id}\"", TestAuthority.Seconds(5)))),
            Is.EqualTo(HttpStatusCode.OK));

    private async Task ExpectRefusedAsync(string token)
    {
        var status = await ExpectAnsweredAsync(token);
        Assert.That((int)status, Is.AnyOf(401, 403, 431));
    }

    private async Task<HttpStatusCode> ExpectAnsweredAsync(string token)
    {
        var began = Stopwatch.GetTimestamp();
        var status = await SendAsync(token);
        Assert.That((int)status, Is.LessThan(500));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(Slow), string.Create(CultureInfo.InvariantCulture, $"{token.Length} characters"));
        return status;
    }

    // Requires the role of a lead of the team or an admin.
    private async Task<HttpStatusCode> SendAsync(string token) =>
        (await host.ClientWith(null).SendAsync(HttpMethod.Get, $"/teams/{team.Id}/costs", null, ("Authorization", $"Bearer {token}"))).Status;
}
