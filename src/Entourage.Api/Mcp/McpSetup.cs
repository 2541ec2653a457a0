using System.Reflection;
using ModelContextProtocol.Protocol;

namespace Entourage.Api.Mcp;

/// <summary>Sets up the server for the Model Context Protocol.</summary>
internal static class McpSetup
{
    public const string Path = "/mcp";

    /// <summary>Adds a stateless server, so that every replica can answer every request.</summary>
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
