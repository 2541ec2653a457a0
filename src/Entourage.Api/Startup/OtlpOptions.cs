using System.ComponentModel.DataAnnotations;
using Entourage.Application.Otlp;

namespace Entourage.Api.Startup;

/// <summary>The settings of received telemetry, in the configuration section <c>Otlp</c>.</summary>
internal sealed class OtlpOptions : IValidatableObject
{
    public const string Section = "Otlp";

    /// <summary>
    /// The attributes that become labels, each with the key of the label if that has another name, separated by semicolons. Attributes that begin with
    /// <c>entourage.label.</c> always do.
    /// </summary>
    public string LabelAttributes { get; set; } = TelemetryLabels.DefaultAttributes;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => TelemetryLabels.Parse(LabelAttributes) is null
        ? [new($"{Section}:{nameof(LabelAttributes)} must have at most {TelemetryLabels.MaxAttributes} entries such as 'user.email=user', separated by semicolons.")]
        : [];
}
