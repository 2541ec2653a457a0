using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// How many connections may be open, within the configuration and the system's limit on open files. A process at that limit can neither
/// accept a connection nor open the store, so some files are kept free for everything else. Read once, at the start.
/// </summary>
internal sealed partial class ConnectionCapacity
{
    // How many files are kept free for the store, webhooks, exporters and the program's own files, about 100 of which are opened later:
    // a quarter of the limit, and at least 192.
    private const int MinKept = 192;
    private const int KeptPart = 4;

    // A server with fewer connections would be useless.
    private const int MinConnections = 8;

    private readonly ConnectionLimits limits;
    private readonly long? openFiles;

    public ConnectionCapacity(IOptions<ConnectionLimits> limits)
    {
        this.limits = limits.Value;
        openFiles = OpenFiles.Limit;
        (Connections, UpgradedConnections) = Fit(this.limits, openFiles, OpenFiles.Count);
    }

    public int Connections { get; }

    /// <summary>How many more connections may be upgraded. Kestrel counts them separately.</summary>
    public int UpgradedConnections { get; }

    /// <summary>Lowers the limits to fit the system's limit.</summary>
    /// <param name="limits">The configured limits.</param>
    /// <param name="openFiles">How many files and connections the process may have open; null for no limit.</param>
    /// <param name="inUse">How many it has open.</param>
    public static (int Connections, int UpgradedConnections) Fit(ConnectionLimits limits, long? openFiles, int inUse)
    {
        if (openFiles is not { } most)
        {
            return (limits.Connections, limits.UpgradedConnections);
        }

        var free = Math.Max(MinConnections, most - inUse - Math.Max(MinKept, most / KeptPart));
        if (limits.Connections + (long)limits.UpgradedConnections <= free)
        {
            return (limits.Connections, limits.UpgradedConnections);
        }

        // Most connections are not upgraded, so these get the larger share.
        var upgraded = (int)Math.Min(limits.UpgradedConnections, free / KeptPart);
        return ((int)Math.Min(limits.Connections, free - upgraded), upgraded);
    }

    /// <summary>Logs a warning if the limits were lowered.</summary>
    public void Report(ILogger logger)
    {
        if (Connections < limits.Connections || UpgradedConnections < limits.UpgradedConnections)
        {
            LogLowered(logger, limits.Connections, Connections, limits.UpgradedConnections, UpgradedConnections, openFiles!.Value);
        }
    }

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "Limits:Connections is lowered from {Configured} to {Connections} and Limits:UpgradedConnections from {ConfiguredUpgraded} to {Upgraded}, because the "
        + "system allows this process only {OpenFiles} open files. Raise that limit (ulimit -n, LimitNOFILE) or set lower limits")]
    private static partial void LogLowered(ILogger logger, int configured, int connections, int configuredUpgraded, int upgraded, long openFiles);
}
