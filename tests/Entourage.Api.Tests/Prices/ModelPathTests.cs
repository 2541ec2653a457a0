using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>A model's name in a path may contain any character, encoded or not.</summary>
internal sealed class ModelPathTests(Store store) : PriceFixture(store)
{
    [TestCase("{0}%2Fhouse-1", "{0}/house-1")]
    [TestCase("{0}%2fhouse-1", "{0}/house-1")]
    [TestCase("{0}/house-1", "{0}/house-1")]
    [TestCase("x%2F{0}%2Fhouse-1", "x/{0}/house-1")]
    [TestCase("x/{0}%2Fhouse-1", "x/{0}/house-1")]
    [TestCase("{0}%252Fhouse-1", "{0}%2fhouse-1")]
    [TestCase("{0}%252Fhouse%2F1", "{0}%2fhouse/1")]
    [TestCase("{0}%3A8b", "{0}:8b")]
    [TestCase("{0}:8b", "{0}:8b")]
    [TestCase("{0}%25", "{0}%")]
    [TestCase("{0}%20house", "{0} house")]
    [TestCase("{0}+house", "{0}+house")]
    [TestCase("{0}%2Bhouse", "{0}+house")]
    [TestCase("{0}%3Fhouse%23", "{0}?house#")]
    [TestCase("{0}%2F..%2Fhouse", "{0}/../house")]
    [TestCase("{0}%C3%A9%2Fhouse", "{0}é/house")]
    public async Task Price_belongs_to_the_decoded_name(string written, string name)
    {
        var (path, model) = ($"/prices/{string.Format(System.Globalization.CultureInfo.InvariantCulture, written, Own)}", string.Format(System.Globalization.CultureInfo.InvariantCulture, name, Own));

        var set = await Api.SendAsync(HttpMethod.Put, path, new { input_usd_per_mtok = 3m, output_usd_per_mtok = 1m });
        var read = await Api.GetAsync(path);
        var session = await (await Api.CreateTeamAsync()).StartAsync();
        var usage = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model })).Ok;

        Assert.That(set.Ok.Text("model"), Is.EqualTo(model));
        Assert.That(read.Ok["current"]!.Text("model"), Is.EqualTo(model));
        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd")), Is.EqualTo(("catalogue", 3m)));
    }

    [Test]
    public async Task Query_is_not_part_of_the_name()
    {
        var team = await Api.CreateTeamAsync();

        var set = await SetAsync($"{Own}%2Fhouse-1?org_id={team.Organisation}", new { input_usd_per_mtok = 3m, output_usd_per_mtok = 1m });

        Assert.That((set.Text("model"), set.Text("org_id")), Is.EqualTo(($"{Own}/house-1", team.Organisation)));
    }

    [TestCase("{0}%0Ahouse")]
    [TestCase("{0}%2F%0Ahouse")]
    public async Task Name_with_line_breaks_is_refused(string written) => Assert.That(
        (await Api.SendAsync(HttpMethod.Put, $"/prices/{string.Format(System.Globalization.CultureInfo.InvariantCulture, written, Own)}", new { input_usd_per_mtok = 3m, output_usd_per_mtok = 1m })).Status,
        Is.EqualTo(HttpStatusCode.UnprocessableEntity));
}
