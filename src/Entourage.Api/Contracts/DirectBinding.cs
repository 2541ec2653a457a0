using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Contracts;

/// <summary>
/// Binds the parameters that nearly every action has without the framework's binding context: valid ids in the path, absent query parameters
/// and headers, and the cancellation token. The framework binds everything else and reports all errors.
/// </summary>
internal sealed class DirectBinding(
    IModelMetadataProvider metadata, IModelBinderFactory binders, IObjectModelValidator validator, IOptions<MvcOptions> options, ILoggerFactory loggers)
    : ParameterBinder(metadata, binders, validator, options, loggers)
{
    private static readonly CompositeValueProvider NoValues = [];

    public override ValueTask<ModelBindingResult> BindModelAsync(
        ActionContext actionContext,
        IModelBinder modelBinder,
        IValueProvider valueProvider,
        ParameterDescriptor parameter,
        ModelMetadata metadata,
        object? value,
        object? container) =>
        TryBind(actionContext, parameter, metadata) is { } bound
            ? new(bound)
            : base.BindModelAsync(actionContext, modelBinder, ProviderFor(parameter, valueProvider), parameter, metadata, value, container);

    // A body is bound as a whole. Asking for its name would sort the names of all route values.
    private static IValueProvider ProviderFor(ParameterDescriptor parameter, IValueProvider values) =>
        parameter.BindingInfo?.BindingSource == BindingSource.Body ? NoValues : values;

    private static ModelBindingResult? TryBind(ActionContext context, ParameterDescriptor parameter, ModelMetadata metadata)
    {
        var request = context.HttpContext.Request;
        var name = parameter.BindingInfo?.BinderModelName ?? parameter.Name;
        return parameter.BindingInfo?.BindingSource switch
        {
            { } source when source == BindingSource.Path => TryBindId(context.RouteData.Values[name] as string, metadata.ModelType),
            { } source when source == BindingSource.Header => !metadata.IsRequired && !request.Headers.ContainsKey(name) ? ModelBindingResult.Failed() : null,
            { } source when source == BindingSource.Query => !metadata.IsRequired && !metadata.IsComplexType && !request.QueryString.HasValue ? ModelBindingResult.Failed() : null,
            { } source when source == BindingSource.Special && metadata.ModelType == typeof(CancellationToken) =>
                ModelBindingResult.Success(context.HttpContext.RequestAborted),
            _ => null,
        };
    }

    private static ModelBindingResult? TryBindId(string? text, Type type) =>
        type == typeof(Guid) && Guid.TryParse(text, out var id) ? ModelBindingResult.Success(id)
        : type == typeof(long) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? ModelBindingResult.Success(number)
        : null;
}
