using Entourage.Application.Json;
using Entourage.Application.Settings;
using Entourage.Dashboard.Format;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Components;

/// <summary>
/// A team's settings as somebody edits them: what was read, what was typed since, and what somebody else changed meanwhile. Only what was
/// typed is sent, and only if the settings are still those that were read.
/// </summary>
public sealed class SettingsDraft
{
    private static readonly Dictionary<string, Func<TeamSettingsResponse, string>> Texts = new(StringComparer.Ordinal)
    {
        [nameof(TeamSettingsResponse.DailyCostLimitUsd)] = settings => InputParser.Text(settings.DailyCostLimitUsd),
        [nameof(TeamSettingsResponse.WeeklyCostLimitUsd)] = settings => InputParser.Text(settings.WeeklyCostLimitUsd),
        [nameof(TeamSettingsResponse.MonthlyCostLimitUsd)] = settings => InputParser.Text(settings.MonthlyCostLimitUsd),
        [nameof(TeamSettingsResponse.TaskCostLimitUsd)] = settings => InputParser.Text(settings.TaskCostLimitUsd),
        [nameof(TeamSettingsResponse.SessionCostLimitUsd)] = settings => InputParser.Text(settings.SessionCostLimitUsd),
        [nameof(TeamSettingsResponse.AgentDailyCostLimitUsd)] = settings => InputParser.Text(settings.AgentDailyCostLimitUsd),
        [nameof(TeamSettingsResponse.Enforcement)] = settings => EnumNames.Of(settings.Enforcement),
        [nameof(TeamSettingsResponse.OnExceed)] = settings => EnumNames.Of(settings.OnExceed),
        [nameof(TeamSettingsResponse.UnpricedModels)] = settings => EnumNames.Of(settings.UnpricedModels),
        [nameof(TeamSettingsResponse.ApplyGuidelineBudgets)] = settings => settings.ApplyGuidelineBudgets ? Yes : No,
        [nameof(TeamSettingsResponse.AbandonedAfterMinutes)] = settings => InputParser.Text(settings.AbandonedAfterMinutes),
        [nameof(TeamSettingsResponse.AlertThresholds)] = settings => InputParser.Text(settings.AlertThresholds),
        [RunawayWindow] = settings => InputParser.Text(settings.Runaway.WindowMinutes),
        [RunawayTokens] = settings => InputParser.Text(settings.Runaway.MaxTokens),
        [RunawayErrors] = settings => InputParser.Text(settings.Runaway.MaxRepeatedErrors),
        [RunawayAct] = settings => EnumNames.Of(settings.Runaway.Action),
        [nameof(TeamSettingsResponse.Timezone)] = settings => settings.Timezone,
    };

    private readonly Dictionary<string, string> typed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> errors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> news = new(StringComparer.Ordinal);
    private TeamSettingsResponse read;

    /// <summary>Begins with settings as they are.</summary>
    public SettingsDraft(TeamSettingsResponse read) => this.read = read;

    /// <summary>The length of the window in which a session runs away.</summary>
    public const string RunawayWindow = "Runaway.WindowMinutes";

    /// <summary>The tokens that make it one that has.</summary>
    public const string RunawayTokens = "Runaway.MaxTokens";

    /// <summary>The errors that do.</summary>
    public const string RunawayErrors = "Runaway.MaxRepeatedErrors";

    /// <summary>What is done about it.</summary>
    public const string RunawayAct = "Runaway.Action";

    /// <summary>Yes, as a choice.</summary>
    public const string Yes = "true";

    /// <summary>No, as a choice.</summary>
    public const string No = "false";

    /// <summary>The text of a setting.</summary>
    /// <param name="name">The setting, by its name in C#.</param>
    public string this[string name]
    {
        get => typed.GetValueOrDefault(name) ?? Texts[name](read);
        set
        {
            errors.Remove(name);
            if (value.Trim() == Texts[name](read))
            {
                typed.Remove(name);
            }
            else
            {
                typed[name] = value.Trim();
            }
        }
    }

    /// <summary>Whether there is anything to save.</summary>
    public bool IsChanged => typed.Count > 0;

    /// <summary>What is wrong with a setting; null for nothing.</summary>
    public string? ErrorOf(string name) => errors.GetValueOrDefault(name);

    /// <summary>What has become of a setting since it was read; null for nothing.</summary>
    public string? NewsOf(string name) => news.GetValueOrDefault(name);

    /// <summary>The change that was typed; null where something typed means nothing, which is noted with its field.</summary>
    public ChangeTeamSettingsCommand? ToCommand(Guid teamId)
    {
        errors.Clear();
        var runaway = new RunawayPatch
        {
            WindowMinutes = Needed(RunawayWindow),
            MaxTokens = Whole(RunawayTokens),
            MaxRepeatedErrors = Whole(RunawayErrors),
            Action = Choice<RunawayAction>(RunawayAct),
        };
        var command = new ChangeTeamSettingsCommand(
            teamId,
            Usd(nameof(TeamSettingsResponse.DailyCostLimitUsd)),
            Usd(nameof(TeamSettingsResponse.WeeklyCostLimitUsd)),
            Usd(nameof(TeamSettingsResponse.MonthlyCostLimitUsd)),
            Usd(nameof(TeamSettingsResponse.TaskCostLimitUsd)),
            Usd(nameof(TeamSettingsResponse.SessionCostLimitUsd)),
            Usd(nameof(TeamSettingsResponse.AgentDailyCostLimitUsd)),
            Choice<Enforcement>(nameof(TeamSettingsResponse.Enforcement)),
            Choice<OnExceed>(nameof(TeamSettingsResponse.OnExceed)),
            Whole(nameof(TeamSettingsResponse.AbandonedAfterMinutes)),
            Of(nameof(TeamSettingsResponse.AlertThresholds), InputParser.Percents),
            typed.Keys.Any(name => name.StartsWith("Runaway.", StringComparison.Ordinal)) ? new Patch<RunawayPatch?>(runaway) : default,
            Of(nameof(TeamSettingsResponse.ApplyGuidelineBudgets), text => new InputParser<bool>(text == Yes, null)),
            Choice<UnpricedModelRule>(nameof(TeamSettingsResponse.UnpricedModels)),
            Of(nameof(TeamSettingsResponse.Timezone), text => new InputParser<string>(text, null))!,
            read.EntityTag);
        return errors.Count == 0 ? command : null;
    }

    /// <summary>Notes what the request says of its members.</summary>
    public void Refuse(IReadOnlyDictionary<string, string> messages)
    {
        foreach (var (name, message) in messages)
        {
            errors[name] = message;
        }
    }

    /// <summary>Goes on from other settings: what was saved, or what somebody else saved meanwhile. What was typed stays.</summary>
    /// <param name="now">The settings as they are.</param>
    /// <param name="byOthers">Whether to say at each field what has changed.</param>
    public void GoOnFrom(TeamSettingsResponse now, bool byOthers)
    {
        ArgumentNullException.ThrowIfNull(now);
        news.Clear();
        foreach (var (name, textOf) in Texts)
        {
            var (before, after) = (textOf(read), textOf(now));
            if (byOthers && before != after)
            {
                news[name] = $"Somebody changed this from {Said(before)} to {Said(after)}.";
            }

            if (!byOthers || typed.GetValueOrDefault(name) == after)
            {
                typed.Remove(name);
            }
        }

        read = now;
    }

    private static string Said(string text) => text.Length == 0 ? "none" : text;

    private Patch<Money?> Usd(string name) => Of(name, InputParser.Usd);

    private Patch<long?> Whole(string name) => Of(name, InputParser.Whole);

    private Patch<long> Needed(string name) => Of(name, text => InputParser.Whole(text) is var (value, error) && value is { } number
        ? new InputParser<long>(number, null)
        : new InputParser<long>(0, error ?? "A whole number is expected."));

    private Patch<T> Choice<T>(string name)
        where T : struct, Enum => Of(name, text => EnumNames.TryParse<T>(text, out var value) ? new InputParser<T>(value, null) : new InputParser<T>(default, "Choose one."));

    private Patch<T?> Of<T>(string name, Func<string, InputParser<T>> parse)
    {
        if (!typed.TryGetValue(name, out var text))
        {
            return default;
        }

        var (value, error) = parse(text);
        if (error is not null)
        {
            errors[name] = error;
        }

        return new(value);
    }
}
