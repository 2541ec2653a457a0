using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Checks of answers while the store is unavailable.</summary>
internal static class StoreFault
{
    /// <summary>Checks that the answer says that nothing was recorded and when to retry, and reveals no internals.</summary>
    public static void Check(Answer? answer)
    {
        Assert.That(answer?.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), answer?.Text);
        var problem = answer!.Json;
        Assert.Multiple(() =>
        {
            Assert.That(answer.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), Is.Positive);
            Assert.That(problem.Text("type"), Is.EqualTo("/problems/store-unavailable"));
            Assert.That(problem.Number("status"), Is.EqualTo(503));
            Assert.That(problem.Text("title"), Is.EqualTo("Service Unavailable"));
            Assert.That(problem.Text("detail"), Does.Contain(". Nothing was recorded. Send the request again later."));
            Assert.That(problem.Text("instance"), Does.StartWith("/api/v1/"));
            Assert.That(problem.Text("trace_id"), Is.Not.Empty);
            Assert.That(answer.Text, Does.Not.Match("""Exception|System\.|Microsoft|Entourage|[Ss][Qq][Ll]|\bat [A-Z]\w+\.|\.db\b"""));
        });
    }
}
