using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Entourage.Infrastructure.Persistence.Converters;

/// <summary>Money as whole nano-dollars: exact, and in order, in any database.</summary>
internal sealed class MoneyConverter() : ValueConverter<Money, long>(money => money.NanoUsd, nanos => new Money(nanos));

/// <summary>A date as the number yyyymmdd, which both databases compare alike and a person can read.</summary>
internal sealed class DayConverter() : ValueConverter<DateOnly, int>(day => ToNumber(day), number => FromNumber(number))
{
    public static int ToNumber(DateOnly day) => (day.Year * 10_000) + (day.Month * 100) + day.Day;

    public static DateOnly FromNumber(int number) => new(number / 10_000, number / 100 % 100, number % 100);
}

/// <summary>An instant as UTC ticks. SQLite has no type of its own for it, and text would not compare.</summary>
internal sealed class UtcTicksConverter()
    : ValueConverter<DateTimeOffset, long>(instant => instant.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>An id as its 16 bytes in order, so that version-7 ids are stored by age; a third of its text's room.</summary>
internal sealed class IdBytesConverter() : ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true));

/// <summary>Thresholds as they are written: few, and read with the row of their team alone.</summary>
internal sealed class AlertThresholdsConverter()
    : ValueConverter<AlertThresholds, string>(thresholds => thresholds.Text, text => AlertThresholds.Parse(text));

/// <summary>The figures of an alert as a JSON object: each kind has others, and none is searched for.</summary>
internal sealed class AlertDetailsConverter() : ValueConverter<AlertDetails, string>(details => ToText(details), text => FromText(text))
{
    public static string ToText(AlertDetails details) => JsonSerializer.Serialize(details, EntourageJson.Stored);

    private static AlertDetails FromText(string text) => JsonSerializer.Deserialize<AlertDetails>(text, EntourageJson.Stored)!;
}
