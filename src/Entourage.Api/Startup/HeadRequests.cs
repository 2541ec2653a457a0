namespace Entourage.Api.Startup;

/// <summary>Answers HEAD wherever GET is answered.</summary>
internal static class HeadRequests
{
    /// <summary>Lets the routes that answer GET answer HEAD as well. The server leaves out the body.</summary>
    public static T WithHead<T>(this T routes)
        where T : IEndpointConventionBuilder
    {
        routes.Finally(static endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is IHttpMethodMetadata methods && methods.HttpMethods.Contains(HttpMethods.Get) && !methods.HttpMethods.Contains(HttpMethods.Head))
                {
                    endpoint.Metadata[i] = new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight);
                }
            }
        });
        return routes;
    }
}
