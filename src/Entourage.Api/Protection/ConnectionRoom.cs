using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// How many connections may be open, as configured and as the system allows. A process that has as many files open as it may can accept no
/// connection and open no store, so enough of them are kept for everything else. Read once, at the start.
/// </summary>
internal sealed partial class ConnectionRoom
{
    // The fewest that are kept for the store, webhooks, exporters and the program's own files, some 100 of which are opened when they are first
    // needed; and the part of all that is kept where there are many.
    private const int MinKept = 192;
    private const int KeptPart = 4;

    // A server that serves nobody would be of no use.
    private const int Fewest = 8;

    private readonly ConnectionLimits limits;
    private readonly long? openFiles;

    public ConnectionRoom(IOptions<ConnectionLimits> limits)
    {
        this.limits = limits.Value;
        openFiles = OpenFiles.Limit;
        (Connections, UpgradedConnections) = Fit(this.limits, openFiles, OpenFiles.Count);
    }

    /// <summary>How many connections may be open.</summary>
    public int Connections { get; }

    /// <summary>How many more may be upgraded: the server counts these apart.</summary>
    public int UpgradedConnections { get; }

    /// <summary>Lowers limits to what the system allows.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="openFiles">How many files and connections the process may have open; null for any number.</param>
    /// <param name="inUse">How many it has open.</param>
    public static (int Connections, int UpgradedConnections) Fit(ConnectionLimits limits, long? openFiles, int inUse)
    {
        if (openFiles is not { } most)
        {
            return (limits.Connections, limits.UpgradedConnections);
        }

        var free = Math.Max(Fewest, most - inUse - Math.Max(MinKept, most / KeptPart));
        if (limits.Connections + (long)limits.UpgradedConnections <= free)
        {
            return (limits.Connections, limits.UpgradedConnections);
        }

        // A connection that is upgraded was accepted first: few of them are needed beside many others.
        var upgraded = (int)Math.Min(limits.UpgradedConnections, free / KeptPart);
        return ((int)Math.Min(limits.Connections, free - upgraded), upgraded);
    }

    /// <summary>Says so where the limits had to be lowered.</summary>
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
        "Limits:Connections is lowered from {Configured} to {Connections} and Limits:UpgradedConnections from {ConfiguredUpgraded} to {Upgraded}: the system "
        + "allows this process {OpenFiles} files and connections. Raise that (ulimit -n, LimitNOFILE) or set lower limits")]
    private static partial void LogLowered(ILogger logger, int configured, int connections, int configuredUpgraded, int upgraded, long openFiles);
}
