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

    /// <summary>A client of the API with the same cookies.</summary>
    public ApiClient Api => new(http);

    /// <summary>The cookies.</summary>
    public CookieContainer Cookies => handler.CookieContainer;

    /// <summary>The names of the cookies with which it is signed in.</summary>
    public IReadOnlyList<string> Sessions => [.. Cookies.GetCookies(http.BaseAddress!).Select(cookie => cookie.Name).Where(name => name.StartsWith("entourage_", StringComparison.Ordinal))];

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

    /// <summary>Loads the text of a page.</summary>
    public Task<string> TextAsync(string path) => http.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Posts JSON.</summary>
    public async Task<HttpResponseMessage> PostJsonAsync(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        return await http.PostAsync(new Uri(path, UriKind.Relative), body);
    }

    /// <summary>Posts a form.</summary>
    /// <param name="path">The path.</param>
    /// <param name="site">What a browser says about the site of the form; empty for nothing.</param>
    /// <param name="fields">The fields.</param>
    public async Task<HttpResponseMessage> PostAsync(string path, string site = "", params IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        if (site.Length > 0)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        return await http.SendAsync(request);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        handler.Dispose();
    }
}
