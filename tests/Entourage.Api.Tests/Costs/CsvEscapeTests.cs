using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using CsvHelper;
using CsvHelper.Configuration;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>Names of agents, tasks and models in a CSV that a spreadsheet opens, for the separator of any locale.</summary>
internal sealed partial class CsvEscapeTests(Store store) : ApiFixture(store)
{
    private const string FormulaCharacters = "=+-@|%＝＋－＠﹦﹢﹣﹫−";

    // Prefixes that hide a formula, separators, and ordinary text.
    private static readonly Gen<string> Names = Gen.OneOf(
        Gen.Char[FormulaCharacters],
        Gen.Char[",;|\"' "],
        Gen.Char["\u00a0\u3000\u200b\u200d\ufeff\u2060\u202e\u2066\u061c\u00ad\u2028\u2800"],
        Gen.Char["ab1é"]).Array[1, 12].Select(characters => new string(characters));

    [TestCase("=1+1", "'=1+1")]
    [TestCase("+1", "'+1")]
    [TestCase("-1", "'-1")]
    [TestCase("@SUM(1)", "'@SUM(1)")]
    [TestCase("＝1+1", "'＝1+1")]
    [TestCase("＋1", "'＋1")]
    [TestCase("－1", "'－1")]
    [TestCase("＠SUM(1)", "'＠SUM(1)")]
    [TestCase("−1", "'−1")]
    [TestCase("|calc", "'|calc")]
    [TestCase("%1", "'%1")]
    [TestCase("\ufeff=1+1", "'=1+1")]
    [TestCase("\u200b\u2060=1+1", "'=1+1")]
    [TestCase("\u202e=1+1", "'=1+1")]
    [TestCase("\"=1+1\"", "\"'=1+1\"")]
    [TestCase("a;=1+1", "a;'=1+1")]
    [TestCase("a; \u00a0=1+1", "a;  '=1+1")]
    [TestCase("a;\"=1+1", "a;\"'=1+1")]
    [TestCase("a,-1", "a,'-1")]
    [TestCase("a|=1", "a|'=1")]
    [TestCase("\u202egnp.exe", "gnp.exe")]
    [TestCase("well-known=1;2", "well-known=1;2")]
    [TestCase("Zoë 🙂 a@b", "Zoë 🙂 a@b")]
    public async Task Text_from_an_agent_starts_no_formula(string name, string shown)
    {
        var team = await Api.CreateTeamAsync();
        var agent = (await Api.PostAsync($"/teams/{team.Id}/agents", new { name, model = name })).Created.Text("id");
        await team.StartAsync(await team.CreateTaskAsync(new { title = name }), agent);

        var text = (await Api.GetAsync($"/teams/{team.Id}/costs?format=csv")).Text;

        var row = Parse(text, ",")[1];
        Assert.That(new[] { row[2], row[4], row[5] }, Is.All.EqualTo(shown));
        AssertInert(text);
        Assert.That((await Api.GetAsync($"/orgs/{team.Organisation}/costs?format=csv")).Text, Is.EqualTo(text));
    }

    [Test]
    public async Task No_cell_starts_a_formula_with_any_separator() =>
        await Names.Array[60].SampleAsync(
            async names =>
            {
                var team = await Api.CreateTeamAsync();
                string[] titles = [.. names.Select(name => name.Trim()).Where(name => name.Length > 0)];
                foreach (var (title, model) in titles.Zip(titles.Reverse()))
                {
                    var task = await team.CreateTaskAsync(new { title });
                    _ = (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = task, model })).Created;
                }

                var text = (await Api.GetAsync($"/teams/{team.Id}/costs?format=csv")).Text;
                AssertInert(text);
                Assert.That(Parse(text, ","), Has.Count.EqualTo(titles.Length + 1).And.All.Length.EqualTo(13));
            },
            iter: Depth.Of(2, 50),
            threads: 1);

    [Test]
    public async Task Amounts_are_left_as_numbers()
    {
        var team = await Api.CreateTeamAsync();
        await team.UseAsync(await team.StartAsync(), 0.000000001m);
        var row = Parse((await Api.GetAsync($"/teams/{team.Id}/costs?format=csv")).Text, ",")[1];
        Assert.That((decimal.Parse(row[8], CultureInfo.InvariantCulture), row[9]), Is.EqualTo((0.000000001m, "110")));
    }

    private static void AssertInert(string text)
    {
        foreach (var separator in new[] { ",", ";", "\t", "|" })
        {
            var cells = Parse(text, separator).SelectMany(row => row);
            Assert.That(cells.Where(cell => cell.TrimStart(' ', '"') is [var first, ..] && FormulaCharacters.Contains(first, StringComparison.Ordinal)), Is.Empty, text);
        }

        // The same for a reader that does not support quotes.
        Assert.That(Formula.Matches(text), Is.Empty, text);
        Assert.That(Unseen.Matches(text), Is.Empty, text);
    }

    private static List<string[]> Parse(string text, string separator)
    {
        using var reader = new StringReader(text);
        using var parser = new CsvParser(reader, new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = separator, BadDataFound = null });
        var rows = new List<string[]>();
        while (parser.Read())
        {
            rows.Add(parser.Record!);
        }

        return rows;
    }

    [GeneratedRegex("""(^|[,;\t|\r\n])[\s"]*[=+@%＝＋－＠﹦﹢﹣﹫−-]""")]
    private static partial Regex Formula { get; }

    [GeneratedRegex(@"[\p{Cf}\p{Zl}\p{Zp}\t\0]")]
    private static partial Regex Unseen { get; }
}
