namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid tasks, dependencies and status changes.</summary>
internal static class BadInputTasks
{
    private const string Tasks = "/teams/<team>/tasks";

    private static readonly string[] Statuses = ["todo", "in_progress", "in_review", "done", "cancelled"];

    private static readonly (string From, string To)[] Legal =
    [
        ("todo", "in_progress"), ("in_progress", "in_review"), ("in_review", "in_progress"), ("in_review", "done"),
        ("todo", "cancelled"), ("in_progress", "cancelled"), ("in_review", "cancelled"),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. CreateAndChangeCases, .. CreateCases, .. Dependencies, .. StatusCases]);

    // Values that are invalid both in a new task and in a change.
    private static IEnumerable<BadInputCase> CreateAndChangeCases => new Func<string, string, BadInputCase>[] { Create, Change }.SelectMany(task => new[]
    {
        task("a title of null", "\"title\": null").Invalid("title"),
        task("an empty title", "\"title\": \"\"").Invalid("title"),
        task("a title of 501 characters", $"\"title\": \"{new string('t', 501)}\"").Invalid("title"),
        task("a title of two lines", "\"title\": \"a\\nb\"").Invalid("title"),
        task("a title with a null byte", "\"title\": \"a\\u0000\"").Invalid("title"),
        task("a title of half a surrogate pair", "\"title\": \"a\\ud83d\"").Malformed("title"),
        task("a title that is a number", "\"title\": 5").Malformed("title"),
        task("a description with a null byte", "\"description\": \"\\u0000\"").Invalid("description"),
        task("a description of 20,001 characters", $"\"description\": \"{new string('d', 20_001)}\"").Invalid("description"),
        task("a description that is a list", "\"description\": [\"a\"]").Malformed("description"),
        task("an unknown priority", "\"priority\": \"urgent\"").Invalid("priority"),
        task("a priority by number", "\"priority\": 3").Malformed("priority"),
        task("an unknown type", "\"task_type\": \"bug\"").Invalid("task_type"),
        task("a type in another case", "\"task_type\": \"smallFeature\"").Invalid("task_type"),
        task("tags that are a text", "\"tags\": \"budget:1\"").Malformed("tags"),
        task("a tag that is a number", "\"tags\": [\"a\", 5]").Malformed("tags"),
        task("a tag of null", "\"tags\": [null]").Invalid("tags"),
        task("an empty tag", "\"tags\": [\"\"]").Invalid("tags"),
        task("a tag with a null byte", "\"tags\": [\"a\\u0000\"]").Invalid("tags"),
        task("a tag of half a surrogate pair", "\"tags\": [\"\\ud800\"]").Malformed("tags"),
        task("a tag of 101 characters", $"\"tags\": [\"{new string('t', 101)}\"]").Invalid("tags"),
        task("51 tags", $"\"tags\": [{string.Join(',', Enumerable.Repeat("\"t\"", 51))}]").Invalid("tags"),
        task("a budget in Arabic-Indic digits", Budget("٣")).Invalid("tags", "malformed-budget-tag"),
        task("a budget in full-width digits", Budget("１")).Invalid("tags", "malformed-budget-tag"),
        task("an empty budget", Budget("")).Invalid("tags", "malformed-budget-tag"),
        task("a negative budget", Budget("-1")).Invalid("tags", "malformed-budget-tag"),
        task("a budget with a sign", Budget("+1")).Invalid("tags", "malformed-budget-tag"),
        task("a budget with an exponent", Budget("1e3")).Invalid("tags", "malformed-budget-tag"),
        task("a budget with a decimal comma", Budget("0,50")).Invalid("tags", "malformed-budget-tag"),
        task("a budget with a currency", Budget("$1")).Invalid("tags", "malformed-budget-tag"),
        task("a budget with a space", Budget(" 1")).Invalid("tags", "malformed-budget-tag"),
        task("a budget of 10 decimals", Budget("0.0000000001")).Invalid("tags", "malformed-budget-tag"),
        task("a budget of more than a million", Budget("1000000.000000001")).Invalid("tags", "malformed-budget-tag"),
        task("a budget that is no number", Budget("NaN")).Invalid("tags", "malformed-budget-tag"),
        task("two budgets", "\"tags\": [\"budget:1\", \"budget:1\"]").Invalid("tags", "malformed-budget-tag"),
        task("an assignee that is no UUID", "\"assignee_id\": \"eng-1\"").Invalid("assignee_id"),
        task("an assignee that is a number", "\"assignee_id\": 1").Malformed("assignee_id"),
        task("an unknown assignee", "\"assignee_id\": \"<nobody>\"").Invalid("assignee_id"),
        task("an assignee of another team", "\"assignee_id\": \"<foreign-agent>\"").Invalid("assignee_id"),
        task("dependencies that are a number", "\"depends_on\": <todo>").Malformed("depends_on"),
        task("a dependency that is a text", "\"depends_on\": [\"<todo>\"]").Malformed("depends_on"),
        task("a dependency of null", "\"depends_on\": [null]").Malformed("depends_on"),
        task("half a dependency", "\"depends_on\": [2.5]").Invalid("depends_on"),
        task("a dependency beyond 64 bits", "\"depends_on\": [18446744073709551616]").Invalid("depends_on"),
        task("a dependency of 1e400", "\"depends_on\": [1e400]").Invalid("depends_on"),
        task("an unknown dependency", "\"depends_on\": [<todo>, 999999]").Invalid("depends_on"),
        task("a negative dependency", "\"depends_on\": [-1]").Invalid("depends_on"),
        task("a dependency of another team", "\"depends_on\": [<foreign-task>]").Invalid("depends_on"),
        task("101 dependencies", $"\"depends_on\": [{string.Join(',', Enumerable.Repeat("<todo>", 101))}]").Invalid("depends_on"),
        task("a status", "\"status\": \"done\"").Malformed("status"),
        task("a cap below zero", "\"budget_usd\": -5").Invalid("budget_usd"),
        task("a cap above a million", "\"budget_usd\": 1000000.01").Invalid("budget_usd"),
        task("a cap that is a text", "\"budget_usd\": \"5\"").Malformed("budget_usd"),
        task("a cap with ten decimals", "\"budget_usd\": 0.0000000001").Invalid("budget_usd"),
    });

    private static IEnumerable<BadInputCase> CreateCases =>
    [
        BadInputCase.Post("no title", Tasks, "{}").Invalid("title"),
        BadInputCase.Post("a title twice", Tasks, """{"title": "a", "title": "b"}""").Malformed("title"),
    ];

    private static IEnumerable<BadInputCase> Dependencies =>
    [
        Depend("itself", "<task>", "<task>"),
        Depend("itself among others", "<task>", "<done>, <task>"),
        Depend("what waits for it", "<first>", "<second>"),
        Depend("what waits for it at the end of a chain", "<first>", "<last>"),
        Depend("what waits for it inside a chain", "<second>", "<last>"),
    ];

    private static IEnumerable<BadInputCase> StatusCases =>
    [
        .. Statuses.SelectMany(from => Statuses.Where(to => !Legal.Contains((from, to))).Select(to =>
            Move($"to {to}", from, $"\"{to}\"").Conflict("illegal-status"))),
        BadInputCase.Post("no status", "/tasks/<task>/status", "{}").Invalid("status"),
        Move("to null", "task", "null").Invalid("status"),
        Move("to an unknown status", "task", "\"paused\"").Invalid("status"),
        Move("to a status in another case", "task", "\"InProgress\"").Invalid("status"),
        Move("to a status by number", "task", "1").Malformed("status"),
        Move("to two statuses", "task", "\"in_progress\", \"status\": \"cancelled\"").Malformed("status"),
    ];

    private static BadInputCase Create(string name, string member) => BadInputCase.Post(
        name, Tasks, member.StartsWith("\"title\"", StringComparison.Ordinal) ? $"{{{member}}}" : $$"""{"title": "New", {{member}}}""");

    private static BadInputCase Change(string name, string member) => BadInputCase.Patch(name, "/tasks/<task>", $"{{{member}}}");

    private static BadInputCase Depend(string name, string task, string dependencies) =>
        BadInputCase.Patch($"depends on {name}", $"/tasks/{task}", $$"""{"title": "Changed", "depends_on": [{{dependencies}}]}""")
            .Invalid("depends_on", "dependency-cycle");

    private static BadInputCase Move(string name, string task, string status) =>
        BadInputCase.Post(name, $"/tasks/<{task}>/status", $$"""{"status": {{status}}}""");

    private static string Budget(string amount) => $"\"tags\": [\"budget:{amount}\"]";
}
