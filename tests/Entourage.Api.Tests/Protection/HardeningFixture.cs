using System.Globalization;
using System.Net;
using Entourage.Testing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Protection;

/// <summary>The base of tests of the middleware in front of the routes. The store makes no difference, so they run on SQLite only.</summary>
internal abstract class HardeningFixture
{
    /// <summary>Selects how a request fails; <c>none</c> lets it take as long as a busy machine needs.</summary>
    protected const string FaultHeader = "X-Fault";

    protected const string KeyHeader = "X-API-Key";

    protected const string Forwarded = "X-Forwarded-For";

    /// <summary>The message of an unexpected exception, which no answer may contain.</summary>
    protected const string Inside = "SELECT KeyHash FROM ApiKeys WHERE Name = 'root'";

    private static int addresses;

    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Api => Host.Api;

    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    [OneTimeSetUp]
    public async Task StartAsync() => Host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings, replace: Prepare);

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);

    protected virtual void Prepare(IServiceCollection services) =>
        services.Configure<MvcOptions>(options => options.Filters.Add(new Faults()));

    /// <summary>A cheap request that is answered 200 unless a limit refuses it.</summary>
    protected Task<Answer> AskAsync(params (string Name, string? Value)[] headers) => Api.SendAsync(HttpMethod.Get, "/guidelines", null, headers);

    protected static void CheckRevealsNoInternals(string text) =>
        Assert.That(text, Does.Not.Match("""SELECT|KeyHash|Exception|System\.|Microsoft|Entourage|\bat [A-Z]\w+\."""));

    /// <summary>An address that no other test uses.</summary>
    protected static string NewAddress()
    {
        var number = Interlocked.Increment(ref addresses);
        return $"198.18.{number / 250}.{(number % 250) + 1}";
    }

    /// <summary>Checks that the answer is a refusal with its reason and a retry time.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="what">A text that its detail must contain.</param>
    /// <param name="isTelemetrys">Whether the answer must be in OTLP's format.</param>
    protected static void CheckRefusal(Answer answer, string what, bool isTelemetrys = false)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.TooManyRequests), answer.Text);
        Assert.Multiple(() =>
        {
            if (isTelemetrys)
            {
                Assert.That(answer.Json["code"], Is.Not.Null);
            }
            else
            {
                Assert.That(answer.MediaType, Is.EqualTo("application/problem+json"));
                Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/too-many-requests"));
            }

            Assert.That(answer.Json.Text(isTelemetrys ? "message" : "detail"), Does.Contain(what));
            Assert.That(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), Is.InRange(1, 60));
        });
    }

    private sealed class Faults : IAsyncResourceFilter
    {
        public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
        {
            switch ((string?)context.HttpContext.Request.Headers[FaultHeader])
            {
                case "throw":
                    throw new InvalidOperationException(Inside);
                case "hang":
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.HttpContext.RequestAborted);
                    break;
                case "break off":
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.HttpContext.RequestAborted)
                        .ContinueWith(_ => throw new Microsoft.Data.Sqlite.SqliteException(Inside, 9), TaskScheduler.Default);
                    break;
                case "none":
                    context.HttpContext.Features.GetRequiredFeature<IHttpRequestTimeoutFeature>().DisableTimeout();
                    await next();
                    break;
                case "unknown key":
                    context.Result = new UnauthorizedResult();
                    break;
                default:
                    await next();
                    break;
            }
        }
    }
}
