using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Otlp;

/// <summary>The state of a program's process that sends both calls and sums, see <see cref="SourceCoverage"/>.</summary>
public sealed class SourceProcess
{
    private SourceProcess()
    {
    }

    /// <summary>A hash of the agent, the program's session name and the process.</summary>
    public byte[] KeyHash { get; private init; } = [];

    /// <summary>The text of a <see cref="SourceCoverage"/>.</summary>
    public string Coverage { get; private set; } = "";

    /// <summary>How far running totals have been counted, serialised by the caller; empty if the process sends none.</summary>
    public string Totals { get; private set; } = "";

    /// <summary>The usage that was last taken from sums and may not be in the ledger yet, serialised by the caller; empty for none.</summary>
    public string Pending { get; private set; } = "";

    /// <summary>Creates a process without counted usage.</summary>
    public static SourceProcess Begin(byte[] keyHash) => new() { KeyHash = keyHash };

    /// <summary>Computes the key of a process.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="name">The program's name for its session.</param>
    /// <param name="process">The process; empty if the program does not state it.</param>
    public static byte[] HashOf(Guid agentId, string name, string process) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{agentId}\n{process.Length}\n{process}\n{name}"));

    /// <summary>Stores which amounts have been counted.</summary>
    public void Cover(SourceCoverage coverage) => Coverage = coverage.ToString();

    /// <summary>Stores how far running totals have been counted.</summary>
    public void Advance(string totals) => Totals = totals;

    /// <summary>Stores the usage that was taken from sums, until it is in the ledger.</summary>
    public void Await(string pending) => Pending = pending;
}
