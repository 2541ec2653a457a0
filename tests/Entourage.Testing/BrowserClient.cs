using System.Net;
using System.Text;

namespace Entourage.Testing;

/// <summary>A client with cookies that follows no redirects, like a browser that is slowed down.</summary>
public sealed class BrowserClient : IDisposable
{
    private readonly HttpClient http;
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false };

    /// <param name="host">The server to visit.</param>
    public BrowserClient(ApiHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        http = new(handler) { BaseAddress = host.Api.Http.BaseAddress };
    }

    /// <summary>The cookies.</summary>
    public CookieContainer Cookies => handler.CookieContainer;

    /// <summary>Starts to sign in, and returns the provider's address to which the server redirects.</summary>
    public async Task<Uri> BeginAsync(string? address = null)
    {
        using var answer = await GetAsync("/account/sign-in/provider" + (address is null ? "" : $"?return={Uri.EscapeDataString(address)}"));
        return new(http.BaseAddress!, answer.Headers.Location!);
    }

    /// <summary>Chooses a user at the provider, and returns the address of the server to which the provider redirects.</summary>
    public async Task<Uri> ChooseAsync(Uri authorize, string user)
    {
        using var answer = await GetAsync($"{authorize}&user={user}");
        return answer.Headers.Location ?? throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Signs in as a user of the provider.</summary>
    /// <returns>The local address to which the server redirects at the end.</returns>
    public async Task<string> SignInAsync(string user, string? address = null) => await ReturnAsync(await ChooseAsync(await BeginAsync(address), user));

    /// <summary>Opens the address to which the provider has redirected.</summary>
    /// <returns>The local address to which the server redirects then.</returns>
    public async Task<string> ReturnAsync(Uri callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        using var answer = await GetAsync(callback.ToString());
        return answer.Headers.Location?.OriginalString ?? throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Loads an address.</summary>
    public Task<HttpResponseMessage> GetAsync(string address) => http.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute));

    /// <summary>Sends JSON.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        return await http.SendAsync(request);
    }

    /// <summary>Posts a form.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, params IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        return await http.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        handler.Dispose();
    }
}
