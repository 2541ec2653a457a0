using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entourage.Testing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Protection;

/// <summary>
/// The proxy of the compose files, in front of two servers and behind another proxy that terminates TLS. The outer one connects from
/// 127.0.0.2, which the inner one trusts. Callers are 127.0.0.1, or 127.0.0.3 where the address matters.
/// </summary>
internal sealed class ComposeProxyTests
{
    private const string OuterProxy = "127.0.0.2";
    private const string Caller = "127.0.0.3";
    private const string Key = "the-first-key-of-tests-0123456789";
    private const string Hsts = "Strict-Transport-Security";

    private static readonly Dictionary<string, string> Settings = new(ApiHost.WithKeys) { ["Proxy:KnownAddresses"] = "127.0.0.1" };

    private readonly string folder = Directory.CreateTempSubdirectory("entourage-proxy-").FullName;
    private ApiHost host = null!;
    private ApiHost beside = null!;
    private Nginx inner = null!;
    private Nginx outer = null!;
    private X509Certificate2 certificate = null!;
    private int innerPort;
    private int outerPort;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (Nginx.Program is null)
        {
            Assert.Ignore("No nginx: the compose files' proxy is not tried on this machine.");
        }

        host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings, replace: services =>
            services.Configure<MvcOptions>(options => options.Filters.Add(new Seen())));
        beside = ApiHost.StartBeside(host);
        (innerPort, outerPort) = (Nginx.FreePort(), Nginx.FreePort());
        Assert.That(await WriteOuterProxiesAsync(OuterProxy), Is.EqualTo((0, "")));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "default.conf"),
            (await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docker/nginx/default.conf")))
                .Replace("listen 8000;", $"listen 127.0.0.1:{innerPort};", StringComparison.Ordinal)
                .Replace("/tmp/entourage/", folder + "/", StringComparison.Ordinal));
        var servers = string.Join(' ', new[] { host, beside }.Select(one => $"server {one.Api.Http.BaseAddress!.Authority.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)};"));
        inner = await Nginx.StartAsync(
            innerPort,
            $$"""
            upstream api { {{servers}} keepalive 8; }
            upstream pages { hash $remote_addr consistent; {{servers}} }
            include {{folder}}/default.conf;
            """);
        certificate = MakeCertificate();
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        // It appends to X-Forwarded-For and buffers responses, as proxies do by default.
        outer = await Nginx.StartAsync(
            outerPort,
            $$"""
            map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
            server {
                listen 127.0.0.1:{{outerPort}} ssl;
                ssl_certificate {{folder}}/tls.crt;
                ssl_certificate_key {{folder}}/tls.key;
                location / {
                    proxy_pass http://127.0.0.1:{{innerPort}};
                    proxy_bind {{OuterProxy}};
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                }
            }
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (outer?.DisposeAsync() ?? default);
        await (inner?.DisposeAsync() ?? default);
        if (beside is not null)
        {
            await beside.DisposeAsync();
        }

        await (host?.DisposeAsync() ?? default);
        certificate?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task Cookies_are_secure_and_HSTS_is_sent_behind_TLS()
    {
        using var client = Secure();
        using var answer = await SignInAsync(client);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(answer.Headers.GetValues("Set-Cookie").Single(), Does.Contain("; secure").And.Contain("; httponly"));
        Assert.That(answer.Headers.GetValues(Hsts).Single(), Does.StartWith("max-age="));
    }

    [Test]
    public async Task Spoofed_scheme_changes_nothing_without_TLS()
    {
        using var client = Plain();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var answer = await SignInAsync(client);
        Assert.That(answer.Headers.GetValues("Set-Cookie").Single(), Does.Not.Contain("; secure"));
        Assert.That(answer.Headers.Contains(Hsts), Is.False);
        Assert.That(await SeenAsync(client), Is.EqualTo("http 127.0.0.1"));
    }

    [Test]
    public async Task Only_the_outer_proxy_is_trusted_for_the_client_address()
    {
        using var client = Secure();
        Assert.That(await SeenAsync(client), Is.EqualTo($"https {Caller}"));
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "http");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.9, {OuterProxy}");
        client.DefaultRequestHeaders.Add("Forwarded", "for=203.0.113.9;proto=http");
        client.DefaultRequestHeaders.Add("X-Real-IP", "203.0.113.9");
        Assert.That(await SeenAsync(client), Is.EqualTo($"https {Caller}"));
    }

    [TestCase("https", "https")]
    [TestCase("HTTPS", "https")]
    [TestCase("http", "http")]
    [TestCase("http, https", "https")]
    [TestCase("https, http", "http")]
    [TestCase("ftp", "http")]
    [TestCase("httpsx", "http")]
    [TestCase("", "http")]
    public async Task Last_scheme_stated_by_the_outer_proxy_counts(string said, string seen)
    {
        using var client = Plain(OuterProxy);
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-Proto", said);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        Assert.That(await SeenAsync(client), Is.EqualTo($"{seen} 203.0.113.9"));
    }

    [Test]
    public async Task WebSocket_passes_both_proxies()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-API-Key", Key);
        using var client = new HttpMessageInvoker(Handler(certificate, Caller));
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{outerPort}/_blazor"), client, CancellationToken.None);
        Assert.That(socket.State, Is.EqualTo(WebSocketState.Open));
    }

    [Test]
    public async Task Neither_proxy_buffers_events()
    {
        using var client = Secure();
        var api = new ApiClient(client);
        var team = await api.CreateTeamAsync();
        await using var events = await EventReader.OpenAsync(api, $"/teams/{team.Id}/events");
        var session = await team.StartAsync();
        Assert.That((await events.ReadAsync())?.Json["session_id"]?.GetValue<long>(), Is.EqualTo(session));
    }

    [TestCase("0.0.0.0/0")]
    [TestCase("::/0")]
    [TestCase("proxy.example")]
    [TestCase("10.0.0.1; } server { listen 1")]
    [TestCase("10.0.0.1/8/8")]
    [TestCase("10.0.0.1 *")]
    [TestCase("10.0.0.1\nset_real_ip_from 10.0.0.2$x")]
    public async Task Invalid_proxy_address_prevents_the_start(string proxies)
    {
        var (exitCode, said) = await WriteOuterProxiesAsync(proxies, Directory.CreateDirectory(Path.Combine(folder, "refused")).FullName);
        Assert.That((exitCode, said.StartsWith("ENTOURAGE_OUTER_PROXIES: '", StringComparison.Ordinal)), Is.EqualTo((1, true)), said);
    }

    [Test]
    public async Task Several_proxies_can_be_trusted()
    {
        var into = Directory.CreateDirectory(Path.Combine(folder, "several")).FullName;
        Assert.That(await WriteOuterProxiesAsync("10.1.0.5, 10.2.0.0/24;2001:db8::1", into), Is.EqualTo((0, "")));
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(into, "outer-proxies.geo")), Is.EqualTo(new[] { "10.1.0.5 1;", "10.2.0.0/24 1;", "2001:db8::1 1;" }));
        Assert.That(
            await File.ReadAllLinesAsync(Path.Combine(into, "outer-proxies.realip")),
            Is.EqualTo(new[] { "set_real_ip_from 10.1.0.5;", "set_real_ip_from 10.2.0.0/24;", "set_real_ip_from 2001:db8::1;" }));
    }

    private async Task<(int ExitCode, string Said)> WriteOuterProxiesAsync(string proxies, string? into = null)
    {
        var start = new ProcessStartInfo("sh", [Path.Combine(SourceTree.Root, "docker/nginx/outer-proxies.sh")]) { RedirectStandardError = true };
        (start.Environment["ENTOURAGE_OUTER_PROXIES"], start.Environment["ENTOURAGE_NGINX_FOLDER"]) = (proxies, into ?? folder);
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    private HttpClient Secure() => Keyed(new HttpClient(Handler(certificate, Caller)) { BaseAddress = new($"https://127.0.0.1:{outerPort}") });

    private HttpClient Plain(string from = "127.0.0.1") => Keyed(new HttpClient(Handler(null, from)) { BaseAddress = new($"http://127.0.0.1:{innerPort}") });

    private static HttpClient Keyed(HttpClient client)
    {
        client.DefaultRequestHeaders.Add("X-API-Key", Key);
        return client;
    }

    private static SocketsHttpHandler Handler(X509Certificate2? server, string from) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => server is not null && shown?.GetCertHashString() == server.GetCertHashString(),
        },
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static async Task<string> SeenAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/api/v1/guidelines", UriKind.Relative));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return answer.Headers.GetValues(Seen.Header).Single();
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = Key });
        return await client.PostAsync(new Uri("/account/sign-in", UriKind.Relative), form);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>Answers with the scheme and the client address that the server sees.</summary>
    private sealed class Seen : IActionFilter
    {
        public const string Header = "X-Seen";

        public void OnActionExecuting(ActionExecutingContext context)
        {
            var http = context.HttpContext;
            http.Response.Headers[Header] = string.Create(
                CultureInfo.InvariantCulture, $"{http.Request.Scheme} {http.Connection.RemoteIpAddress?.MapToIPv4()}");
        }

        public void OnActionExecuted(ActionExecutedContext context)
        {
        }
    }
}
