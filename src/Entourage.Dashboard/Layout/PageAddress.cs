using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Teams;

namespace Entourage.Dashboard.Layout;

/// <summary>The addresses of pages, from the root.</summary>
internal static class PageAddress
{
    /// <summary>The page of an agent.</summary>
    public static string Agent(Guid id) => $"/agents/{id}";

    /// <summary>The page of a task.</summary>
    public static string Task(long id) => $"/tasks/{id}";

    /// <summary>The page of a session.</summary>
    public static string Session(long id) => $"/sessions/{id}";

    /// <summary>The page of a model in a team or an organisation; null is usage that names none.</summary>
    public static string Model(Audience subject, string? model) => $"{Of(subject, "models")}?name={Uri.EscapeDataString(model ?? "")}";

    /// <summary>The page of a tag of tasks, in a team or an organisation.</summary>
    public static string Tag(Audience subject, string tag) => $"{Of(subject, "tags")}?name={Uri.EscapeDataString(tag)}";

    /// <summary>The page of a label of sessions and usage, in a team or an organisation.</summary>
    public static string Label(Audience subject, Label label) => $"{Of(subject, "labels")}?{LabelQuery.Parameter}={Uri.EscapeDataString(label.ToString())}";

    /// <summary>A page of a team or an organisation, such as <c>costs</c>.</summary>
    public static string Of(Audience subject, string page) => $"{(subject.IsTeam ? "/teams" : "/orgs")}/{subject.Id}/{page}";

    /// <summary>The page of what a budget limits.</summary>
    /// <param name="scope">The kind of scope.</param>
    /// <param name="id">The id of the scope, as text.</param>
    /// <param name="subject">The team or the organisation whose work is limited.</param>
    public static string Scope(BudgetScope scope, string id, Audience subject) => scope switch
    {
        BudgetScope.Organisation => $"/orgs/{id}",
        BudgetScope.Team => $"/teams/{id}",
        BudgetScope.Agent => $"/agents/{id}",
        BudgetScope.Task => $"/tasks/{id}",
        BudgetScope.Model when !id.EndsWith('*') => Model(subject, id),
        BudgetScope.Model or BudgetScope.Label => Of(subject, "costs"),
        _ => $"/sessions/{id}",
    };
}
