using Entourage.Application.Costs;

namespace Entourage.Dashboard.Components;

/// <summary>The options of the cost filters: every agent, task and model in a report since the page was opened.</summary>
internal sealed class CostFilters
{
    private readonly SortedDictionary<string, string> agents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> tasks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> models = new(StringComparer.Ordinal);

    public IReadOnlyList<ChoiceOption> Agents => OptionsOf(agents);

    public IReadOnlyList<ChoiceOption> Tasks => OptionsOf(tasks);

    public IReadOnlyList<ChoiceOption> Models => OptionsOf(models);

    public void Add(CostsResponse costs)
    {
        Add(agents, CostLine.Of(costs, CostHeading.Agent));
        Add(tasks, CostLine.Of(costs, CostHeading.Task));
        Add(models, CostLine.Of(costs, CostHeading.Model));
    }

    /// <summary>Adds the selected values, so that they stay selectable if no report contains them.</summary>
    public void Add(string? agent, string? task, string? model)
    {
        Add(agents, agent, agent);
        Add(tasks, task, $"#{task}");
        Add(models, model, model);
    }

    private static void Add(SortedDictionary<string, string> names, IReadOnlyList<CostLine> lines)
    {
        foreach (var line in lines)
        {
            if (line.Filter is { } filter)
            {
                names[filter.Value] = line.Name;
            }
        }
    }

    private static void Add(SortedDictionary<string, string> names, string? value, string? name)
    {
        if (!string.IsNullOrEmpty(value))
        {
            names.TryAdd(value, name!);
        }
    }

    private static List<ChoiceOption> OptionsOf(SortedDictionary<string, string> names) =>
        [new("", "All"), .. names.Select(name => new ChoiceOption(name.Key, name.Value)).OrderBy(option => option.Name, StringComparer.Ordinal)];
}
