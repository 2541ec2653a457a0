using Entourage.Application.Json;
using Entourage.Application.Settings;
using Entourage.Dashboard.Format;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Components;

/// <summary>
/// A team's settings while a visitor edits them: the values that were read, the visitor's input, and changes by others. It sends only the
/// changed fields, and only if the stored settings are still those that were read.
/// </summary>
public sealed class SettingsDraft
{
    private static readonly Dictionary<string, Func<TeamSettingsResponse, string>> Texts = new(StringComparer.Ordinal)
    {
        [nameof(TeamSettingsResponse.DailyCostLimitUsd)] = settings => InputParser.Format(settings.DailyCostLimitUsd),
        [nameof(TeamSettingsResponse.WeeklyCostLimitUsd)] = settings => InputParser.Format(settings.WeeklyCostLimitUsd),
        [nameof(TeamSettingsResponse.MonthlyCostLimitUsd)] = settings => InputParser.Format(settings.MonthlyCostLimitUsd),
        [nameof(TeamSettingsResponse.TaskCostLimitUsd)] = settings => InputParser.Format(settings.TaskCostLimitUsd),
        [nameof(TeamSettingsResponse.SessionCostLimitUsd)] = settings => InputParser.Format(settings.SessionCostLimitUsd),
        [nameof(TeamSettingsResponse.AgentDailyCostLimitUsd)] = settings => InputParser.Format(settings.AgentDailyCostLimitUsd),
        [nameof(TeamSettingsResponse.Enforcement)] = settings => EnumNames.Of(settings.Enforcement),
        [nameof(TeamSettingsResponse.OnExceed)] = settings => EnumNames.Of(settings.OnExceed),
        [nameof(TeamSettingsResponse.UnpricedModels)] = settings => EnumNames.Of(settings.UnpricedModels),
        [nameof(TeamSettingsResponse.ModelFallbacks)] = settings => InputParser.Format(settings.ModelFallbacks),
        [nameof(TeamSettingsResponse.ApplyGuidelineBudgets)] = settings => settings.ApplyGuidelineBudgets ? Yes : No,
        [nameof(TeamSettingsResponse.AbandonedAfterMinutes)] = settings => InputParser.Format(settings.AbandonedAfterMinutes),
        [nameof(TeamSettingsResponse.AlertThresholds)] = settings => InputParser.Format(settings.AlertThresholds),
        [RunawayWindow] = settings => InputParser.Format(settings.Runaway.WindowMinutes),
        [RunawayTokens] = settings => InputParser.Format(settings.Runaway.MaxTokens),
        [RunawayErrors] = settings => InputParser.Format(settings.Runaway.MaxRepeatedErrors),
        [RunawayActionName] = settings => EnumNames.Of(settings.Runaway.Action),
        [nameof(TeamSettingsResponse.Timezone)] = settings => settings.Timezone,
    };

    private readonly Dictionary<string, string> typed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> errors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> changeNotes = new(StringComparer.Ordinal);
    private TeamSettingsResponse read;

    public SettingsDraft(TeamSettingsResponse read) => this.read = read;

    public const string RunawayWindow = "Runaway.WindowMinutes";

    public const string RunawayTokens = "Runaway.MaxTokens";

    public const string RunawayErrors = "Runaway.MaxRepeatedErrors";

    public const string RunawayActionName = "Runaway.Action";

    public const string Yes = "true";

    public const string No = "false";

    /// <summary>Gets or sets the text of a setting's field.</summary>
    /// <param name="name">The name of the setting in C#.</param>
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

    public bool IsChanged => typed.Count > 0;

    public string? ErrorOf(string name) => errors.GetValueOrDefault(name);

    /// <summary>Returns a note if someone else has changed the setting, or null.</summary>
    public string? ChangeNoteOf(string name) => changeNotes.GetValueOrDefault(name);

    /// <summary>Returns the command for the visitor's changes, or null after adding errors to invalid fields.</summary>
    public ChangeTeamSettingsCommand? ToCommand(Guid teamId)
    {
        errors.Clear();
        var runaway = new RunawayPatch
        {
            WindowMinutes = Required(RunawayWindow),
            MaxTokens = Whole(RunawayTokens),
            MaxRepeatedErrors = Whole(RunawayErrors),
            Action = Choice<RunawayAction>(RunawayActionName),
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
            Of(nameof(TeamSettingsResponse.ApplyGuidelineBudgets), text => new ParsedInput<bool>(text == Yes, null)),
            Choice<UnpricedModelRule>(nameof(TeamSettingsResponse.UnpricedModels)),
            Of(nameof(TeamSettingsResponse.ModelFallbacks), InputParser.Fallbacks),
            Of(nameof(TeamSettingsResponse.Timezone), text => new ParsedInput<string>(text, null))!,
            read.EntityTag);
        return errors.Count == 0 ? command : null;
    }

    /// <summary>Adds the request's errors to their fields.</summary>
    public void AddErrors(IReadOnlyDictionary<string, string> messages)
    {
        foreach (var (name, message) in messages)
        {
            errors[name] = message;
        }
    }

    /// <summary>Continues from other stored settings, and keeps the visitor's unsaved input if others saved them.</summary>
    /// <param name="current">The stored settings.</param>
    /// <param name="changedByOthers">Whether someone else saved them, so that each changed field gets a note.</param>
    public void Rebase(TeamSettingsResponse current, bool changedByOthers)
    {
        ArgumentNullException.ThrowIfNull(current);
        changeNotes.Clear();
        foreach (var (name, textOf) in Texts)
        {
            var (before, after) = (textOf(read), textOf(current));
            if (changedByOthers && before != after)
            {
                changeNotes[name] = $"Someone else changed this from {TextOrNone(before)} to {TextOrNone(after)}.";
            }

            if (!changedByOthers || typed.GetValueOrDefault(name) == after)
            {
                typed.Remove(name);
            }
        }

        read = current;
    }

    private static string TextOrNone(string text) => text.Length == 0 ? "none" : text;

    private Patch<Money?> Usd(string name) => Of(name, InputParser.Usd);

    private Patch<long?> Whole(string name) => Of(name, InputParser.WholeNumber);

    private Patch<long> Required(string name) => Of(name, text => InputParser.WholeNumber(text) is var (value, error) && value is { } number
        ? new ParsedInput<long>(number, null)
        : new ParsedInput<long>(0, error ?? "Enter a whole number."));

    private Patch<T> Choice<T>(string name)
        where T : struct, Enum => Of(name, text => EnumNames.TryParse<T>(text, out var value) ? new ParsedInput<T>(value, null) : new ParsedInput<T>(default, "Choose an option."));

    private Patch<T?> Of<T>(string name, Func<string, ParsedInput<T>> parse)
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
