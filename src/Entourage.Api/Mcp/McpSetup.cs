using System.Reflection;
using ModelContextProtocol.Protocol;

namespace Entourage.Api.Mcp;

/// <summary>The server for clients of the Model Context Protocol.</summary>
internal static class McpSetup
{
    /// <summary>Where it is.</summary>
    public const string Path = "/mcp";

    /// <summary>Adds it. It keeps nothing between requests, so any replica answers any of them.</summary>
    public static void AddBudgetTools(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddMcpServer(options =>
            {
                options.ServerInfo = new Implementation
                {
                    Name = "entourage",
                    Title = "Entourage",
                    Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "1.0.0",
                };
                options.ServerInstructions = BudgetTools.Instructions;
            })
            .WithHttpTransport(transport => transport.Stateless = true)
            .WithTools(BudgetTools.All);
    }
}
