namespace Entourage.Client.Tests.Cli;

/// <summary>A run labels its session with what its user says, and with what the machine offers.</summary>
internal sealed class RunLabelTests : RunFixture
{
    // No CI system of the machine that runs the tests, and no configuration of its user.
    private static readonly Dictionary<string, string> Plain = new[]
    {
        "CI", "GITHUB_JOB", "CI_JOB_NAME", "CIRCLE_JOB", "BUILDKITE_LABEL", "SYSTEM_JOBDISPLAYNAME", "TRAVIS_JOB_NAME", "TEAMCITY_BUILDCONF_NAME", "JOB_NAME",
    }.ToDictionary(name => name, _ => "");

    [Test]
    public async Task Repository_branch_user_and_host_are_labels()
    {
        var labels = await RunInAsync(await RepositoryAsync("https://dana:secret@git.example.com/acme/shop.git"), Plain);
        Assert.That(labels, Is.EqualTo(new Dictionary<string, string>
        {
            ["branch"] = "feature/labels",
            ["host"] = Environment.MachineName,
            ["repo"] = "shop",
            ["user"] = "Dana Doe",
        }));
    }

    [TestCase("git@git.example.com:shop.git", ExpectedResult = "shop")]
    [TestCase("ssh://git@git.example.com/~dana/shop/", ExpectedResult = "shop")]
    [TestCase("/srv/git/my%20shop", ExpectedResult = "my%20shop")]
    [TestCase("https://git.example.com/my%20shop?token=secret", ExpectedResult = "my shop")]
    [TestCase("https://secret@git.example.com", ExpectedResult = null)]
    [TestCase("https://dana:secret@", ExpectedResult = null)]
    [TestCase(null, ExpectedResult = "work")]
    public async Task<string?> Name_of_a_repository_never_has_the_credentials_of_its_remote(string? remote) =>
        (await RunInAsync(await RepositoryAsync(remote), Plain)).GetValueOrDefault("repo");

    [Test]
    public async Task Working_tree_beside_the_repository_has_its_own_branch()
    {
        var repository = await RepositoryAsync("https://git.example.com/acme/shop");
        var own = Directory.CreateDirectory(Path.Combine(repository, ".git", "worktrees", "second")).FullName;
        await File.WriteAllTextAsync(Path.Combine(own, "HEAD"), "ref: refs/heads/second\n");
        await File.WriteAllTextAsync(Path.Combine(own, "commondir"), "../..\n");
        var second = Directory.CreateDirectory(Path.Combine(repository, "..", "second", "src")).FullName;
        await File.WriteAllTextAsync(Path.Combine(second, "..", ".git"), $"gitdir: {own}\n");

        var labels = await RunInAsync(second, Plain);

        Assert.That((labels["repo"], labels["branch"], labels["user"]), Is.EqualTo(("shop", "second", "Dana Doe")));
    }

    [Test]
    public async Task CI_system_names_the_job_the_branch_and_the_user()
    {
        var ci = new Dictionary<string, string>(Plain) { ["CI"] = "true", ["GITHUB_JOB"] = "build", ["GITHUB_HEAD_REF"] = "", ["GITHUB_REF_NAME"] = "main", ["GITHUB_ACTOR"] = "kim" };
        var labels = await RunInAsync(await RepositoryAsync("https://git.example.com/acme/shop"), ci);
        Assert.That((labels["ci_job"], labels["branch"], labels["user"]), Is.EqualTo(("build", "main", "kim")));
    }

    [Test]
    public async Task Given_labels_replace_offered_ones_and_options_those_of_the_environment()
    {
        var environment = new Dictionary<string, string>(Plain) { ["ENTOURAGE_LABELS"] = "customer=acme, pr=1", ["ENTOURAGE_DEFAULT_LABELS"] = "repo,host" };
        var labels = await RunInAsync(await RepositoryAsync("https://git.example.com/acme/shop"), environment, "--label", "PR=2=3", "--label", "host=build server");
        Assert.That(labels, Is.EqualTo(new Dictionary<string, string> { ["customer"] = "acme", ["host"] = "build server", ["pr"] = "2=3", ["repo"] = "shop" }));
    }

    [Test]
    public async Task Offered_labels_can_be_switched_off([Values] bool byOption)
    {
        var environment = new Dictionary<string, string>(Plain) { ["ENTOURAGE_DEFAULT_LABELS"] = byOption ? "" : "none" };
        string[] options = byOption ? ["--no-default-labels"] : [];
        Assert.That(await RunInAsync(await RepositoryAsync("https://git.example.com/acme/shop"), environment, options), Is.Empty);
    }

    [Test]
    public async Task Command_gets_the_labels_as_attributes_of_its_telemetry()
    {
        var (_, agent) = await CreateTeamAsync();
        var environment = new Dictionary<string, string> { ["OTEL_RESOURCE_ATTRIBUTES"] = "entourage.label.pr=1,entourage.label.team=core" };
        using var run = Run(agent, environment, "echo \"$OTEL_RESOURCE_ATTRIBUTES\"", "--no-default-labels", "--label", "pr=2", "--label", "customer=Zoë & Co, 50%");
        var (_, output, _) = await run.EndAsync();
        Assert.That(output.Trim().Split(',').Where(attribute => attribute.StartsWith("entourage.label.", StringComparison.Ordinal)), Is.EquivalentTo(new[]
        {
            "entourage.label.team=core", "entourage.label.pr=2", "entourage.label.customer=Zo%C3%AB%20%26%20Co%2C%2050%25",
        }));
    }

    [Test]
    public async Task Offered_labels_that_are_too_many_beside_those_of_the_parent_are_left_out()
    {
        var (_, agent) = await CreateTeamAsync();
        var parent = await Client.StartSessionAsync(new(agent.Id) { Labels = Enumerable.Range(1, 9).ToDictionary(number => $"key{number}", _ => "x") });
        using var run = Run(agent, Plain, "true", "--parent", $"{parent.Id}", "--label", "pr=1");
        Assert.That((await run.EndAsync()).ExitCode, Is.Zero);
        var child = await Client.ListSessionsAsync(agent.Id).FirstAsync();
        Assert.That((child.ParentSessionId, child.Labels.Count, child.Labels["pr"]), Is.EqualTo(((long?)parent.Id, 10, "1")));
    }

    [TestCase("customer", 2)]
    [TestCase("=acme", 2)]
    [TestCase("customer=", 2)]
    [TestCase("cost center=4", 1)]
    public async Task Run_with_an_invalid_label_does_not_start(string label, int exitCode)
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = Run(agent, "touch \"$TRACE\"", "--label", label);
        var (code, _, errors) = await run.EndAsync();
        Assert.That((code, errors.Contains("label", StringComparison.Ordinal), File.Exists(Trace)), Is.EqualTo((exitCode, true, false)));
    }

    private async Task<string> RepositoryAsync(string? remote)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Trace)!, "work")).FullName;
        var git = Directory.CreateDirectory(Path.Combine(folder, ".git")).FullName;
        await File.WriteAllTextAsync(Path.Combine(git, "HEAD"), "ref: refs/heads/feature/labels\n");
        await File.WriteAllTextAsync(
            Path.Combine(git, "config"), $"[core]\n\tbare = false\n{(remote is null ? "" : $"[remote \"origin\"]\n\turl = {remote}\n")}[user]\n\tname = Dana Doe\n");
        return folder;
    }

    private async Task<IReadOnlyDictionary<string, string>> RunInAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = CliProcess.StartIn(
            folder, Address, environment, input: "", ["run", "--agent", agent.Id.ToString(), .. options, "--", "true"]);
        Assert.That((await run.EndAsync()).ExitCode, Is.Zero);
        return (await SessionOfAsync(agent)).Labels;
    }
}
