namespace Entourage.Bench.Servers;

/// <summary>A database for servers.</summary>
internal interface IDatabase
{
    /// <summary>The value of the setting <c>Database:Provider</c>.</summary>
    string Provider { get; }

    /// <summary>The connection string for the servers.</summary>
    string ConnectionString { get; }
}
