using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Entourage.Infrastructure.Persistence.Converters;

/// <summary>Stores money as whole nano-dollars, exact and sortable in any database.</summary>
internal sealed class MoneyConverter() : ValueConverter<Money, long>(money => money.NanoUsd, nanos => new Money(nanos));

/// <summary>Stores a date as the number yyyymmdd, which both databases compare in the same way and a person can read.</summary>
internal sealed class DayConverter() : ValueConverter<DateOnly, int>(day => ToNumber(day), number => FromNumber(number))
{
    public static int ToNumber(DateOnly day) => (day.Year * 10_000) + (day.Month * 100) + day.Day;

    public static DateOnly FromNumber(int number) => new(number / 10_000, number / 100 % 100, number % 100);
}

/// <summary>Stores an instant as UTC ticks, because SQLite has no type for it and its text would not sort.</summary>
internal sealed class UtcTicksConverter()
    : ValueConverter<DateTimeOffset, long>(instant => instant.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>Stores an id as its 16 bytes in big-endian order, so that version-7 ids sort by age. The text would take more than twice the room.</summary>
internal sealed class IdBytesConverter() : ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true));

/// <summary>Stores thresholds as text, because they are few and only read with their team.</summary>
internal sealed class AlertThresholdsConverter()
    : ValueConverter<AlertThresholds, string>(thresholds => thresholds.Text, text => AlertThresholds.Parse(text));

/// <summary>Stores labels as text, because they are few. Queries find them by <see cref="LabelSetMember"/>.</summary>
internal sealed class LabelSetConverter() : ValueConverter<LabelSet, string>(labels => labels.Text, text => LabelSet.Parse(text));

/// <summary>Stores model fallbacks as text, because they are few and only read with their team.</summary>
internal sealed class ModelFallbacksConverter()
    : ValueConverter<ModelFallbacks, string>(fallbacks => fallbacks.Text, text => ModelFallbacks.Parse(text));

/// <summary>Stores the figures of an alert as JSON, because each kind has different ones and queries do not use them.</summary>
internal sealed class AlertDetailsConverter() : ValueConverter<AlertDetails, string>(details => ToText(details), text => FromText(text))
{
    public static string ToText(AlertDetails details) => JsonSerializer.Serialize(details, EntourageJson.Stored);

    private static AlertDetails FromText(string text) => JsonSerializer.Deserialize<AlertDetails>(text, EntourageJson.Stored)!;
}
