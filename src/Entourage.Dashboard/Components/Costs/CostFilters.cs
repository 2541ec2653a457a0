using Entourage.Application.Costs;

namespace Entourage.Dashboard.Components;

/// <summary>What there is to filter costs by: whatever was in a report of them since the page was opened.</summary>
public sealed class CostFilters
{
    private readonly SortedDictionary<string, string> agents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> tasks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> models = new(StringComparer.Ordinal);

    /// <summary>The agents.</summary>
    public IReadOnlyList<ChoiceOption> Agents => OptionsOf(agents);

    /// <summary>The tasks.</summary>
    public IReadOnlyList<ChoiceOption> Tasks => OptionsOf(tasks);

    /// <summary>The models.</summary>
    public IReadOnlyList<ChoiceOption> Models => OptionsOf(models);

    /// <summary>Adds those of a report.</summary>
    public void Add(CostsResponse costs)
    {
        Add(agents, CostLine.Of(costs, CostHeading.Agent));
        Add(tasks, CostLine.Of(costs, CostHeading.Task));
        Add(models, CostLine.Of(costs, CostHeading.Model));
    }

    /// <summary>Adds one that is asked for, where no report has named it.</summary>
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
