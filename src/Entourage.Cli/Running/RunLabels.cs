using System.Text;
using Entourage.Cli.Configuration;

namespace Entourage.Cli.Running;

/// <summary>The labels of a run: those that its user gives, and those that the machine offers.</summary>
internal static class RunLabels
{
    /// <summary>The variable with labels, as <c>customer=acme,pr=4711</c>.</summary>
    public const string Variable = "ENTOURAGE_LABELS";

    /// <summary>The variable with the names of the labels to offer, separated by commas, or <c>none</c>.</summary>
    public const string DefaultsVariable = "ENTOURAGE_DEFAULT_LABELS";

    private const string None = "none";
    private const int MaxCount = 10;
    private const int MaxLength = 100;

    // The files of a repository can be on a network share.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private static readonly string[] Jobs =
        ["GITHUB_JOB", "CI_JOB_NAME", "CIRCLE_JOB", "BUILDKITE_LABEL", "SYSTEM_JOBDISPLAYNAME", "TRAVIS_JOB_NAME", "TEAMCITY_BUILDCONF_NAME", "JOB_NAME"];

    // CI systems check out a commit instead of a branch.
    private static readonly string[] Branches =
        ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME", "CIRCLE_BRANCH", "BUILDKITE_BRANCH", "BUILD_SOURCEBRANCHNAME", "TRAVIS_BRANCH", "BRANCH_NAME"];

    private static readonly string[] Users = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR", "BUILDKITE_BUILD_CREATOR"];

    /// <summary>The labels that the user gives. An option replaces a label of the variable.</summary>
    /// <param name="options">The options, as <c>key=value</c>.</param>
    /// <exception cref="CommandException">One has no key or no value.</exception>
    public static Dictionary<string, string> Given(IEnumerable<string> options)
    {
        var labels = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var variable = (Server.Variable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var (source, label) in variable.Select(label => (Variable, label)).Concat(options.Select(label => ("--label", label))))
        {
            if (label.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } key, { Length: > 0 } value])
            {
                throw new CommandException($"'{label}' in {source} is not a label. Write it as key=value.");
            }

            labels[key] = value;
        }

        return labels;
    }

    /// <summary>Adds the labels that the machine offers: the repository, the branch, the user, the host and the CI job. Given labels take precedence.</summary>
    public static async Task<Dictionary<string, string>> WithDefaultsAsync(IReadOnlyDictionary<string, string> given)
    {
        var labels = new Dictionary<string, string>(given, StringComparer.OrdinalIgnoreCase);
        var wanted = Server.Variable(DefaultsVariable)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (wanted is [var only] && only.Equals(None, StringComparison.OrdinalIgnoreCase))
        {
            return labels;
        }

        Dictionary<string, string> offered;
        try
        {
            offered = await Task.Run(Offer).WaitAsync(Timeout, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            return labels;
        }

        foreach (var (key, value) in offered)
        {
            if (labels.Count < MaxCount && (wanted is null || wanted.Contains(key, StringComparer.OrdinalIgnoreCase)))
            {
                labels.TryAdd(key, value);
            }
        }

        return labels;
    }

    private static Dictionary<string, string> Offer()
    {
        var repository = GitRepository.Find(Environment.CurrentDirectory);
        var job = First(Jobs);
        var isCi = job is not null || Server.Variable("CI") is not null;
        (string Key, string? Value)[] all =
        [
            ("repo", repository?.Name),
            ("branch", repository is null ? null : (isCi ? First(Branches) : null) ?? repository.Branch),
            ("user", (isCi ? First(Users) : null) ?? (repository is null ? GitRepository.UserNameOfHome : repository.UserName) ?? Environment.UserName),
            ("host", Environment.MachineName),
            ("ci_job", job),
        ];
        return all.Select(label => (label.Key, Value: Clean(label.Value))).Where(label => label.Value.Length > 0).ToDictionary(label => label.Key, label => label.Value);
    }

    private static string? First(string[] variables) => variables.Select(Server.Variable).FirstOrDefault(value => value is not null);

    // One line of the length that the server accepts.
    private static string Clean(string? value)
    {
        var cleaned = new StringBuilder(MaxLength);
        foreach (var rune in (value ?? "").Trim().EnumerateRunes().Where(rune => !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029 or 0xFFFD)))
        {
            if (cleaned.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            cleaned.Append(rune.ToString());
        }

        return cleaned.ToString().Trim();
    }
}
