using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Otlp;

/// <summary>What has been counted of a program that sends both calls and sums; see <see cref="SourceCoverage"/>.</summary>
public sealed class SourceProcess
{
    private SourceProcess()
    {
    }

    /// <summary>The agent, what the program calls its session, and which process it is: a hash of them.</summary>
    public byte[] KeyHash { get; private init; } = [];

    /// <summary>What is counted by calls and what by sums: the text of a <see cref="SourceCoverage"/>.</summary>
    public string Coverage { get; private set; } = "";

    /// <summary>How far its running totals have been counted, as JSON; empty when it sends none.</summary>
    public string Totals { get; private set; } = "";

    /// <summary>What was last taken from its sums and is perhaps not in the ledger yet, as JSON; empty for nothing.</summary>
    public string Pending { get; private set; } = "";

    /// <summary>A process that nothing is counted of.</summary>
    public static SourceProcess Begin(byte[] keyHash) => new() { KeyHash = keyHash };

    /// <summary>The key of a process.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="name">What the program calls its session.</param>
    /// <param name="process">Which process it is; empty where it does not say.</param>
    public static byte[] HashOf(Guid agentId, string name, string process) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{agentId}\n{process.Length}\n{process}\n{name}"));

    /// <summary>Remembers what has been counted.</summary>
    public void Cover(SourceCoverage coverage) => Coverage = coverage.ToString();

    /// <summary>Remembers how far running totals have been counted.</summary>
    public void Advance(string totals) => Totals = totals;

    /// <summary>Remembers what was taken from its sums, until that is in the ledger.</summary>
    public void Await(string pending) => Pending = pending;
}
