using Entourage.Api.Startup;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Contracts;

/// <summary>Raises the limit on the body of an action to <see cref="ApiLimits.BatchBodyBytes"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BatchBodyAttribute : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var limits = context.HttpContext.RequestServices.GetRequiredService<IOptions<ApiLimits>>().Value;
        context.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = limits.BatchBodyBytes;
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
