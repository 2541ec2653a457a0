using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Protection;

/// <summary>The limits on connections and their requests, in the configuration section <c>Limits</c>.</summary>
internal sealed class ConnectionLimits
{
    /// <summary>How many connections may be open. Further ones are closed at once. <see cref="ConnectionCapacity"/> may lower this to the system's limit.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 16_384;

    /// <summary>How many more may be upgraded, for example to WebSockets.</summary>
    [Range(0, 1_000_000)]
    public int UpgradedConnections { get; set; } = 1_024;

    /// <summary>How many HTTP/2 requests may share a connection at once.</summary>
    [Range(1, 10_000)]
    public int StreamsPerConnection { get; set; } = 100;

    /// <summary>How long an idle connection stays open, in seconds. Longer than clients keep theirs, so that no client sends into a closing connection.</summary>
    [Range(1, 3_600)]
    public int KeepAliveSeconds { get; set; } = 130;

    /// <summary>How long the headers of a request may take to arrive, in seconds.</summary>
    [Range(1, 3_600)]
    public int HeaderSeconds { get; set; } = 15;

    /// <summary>How many headers a request may have. More get 431.</summary>
    [Range(10, 1_000)]
    public int HeaderCount { get; set; } = 100;

    /// <summary>The total size of the headers of a request, in bytes. More gets 431.</summary>
    [Range(1_024, 1_048_576)]
    public int HeaderBytes { get; set; } = 32_768;

    /// <summary>The size of the method and address of a request, in bytes. More gets 414.</summary>
    [Range(256, 1_048_576)]
    public int RequestLineBytes { get; set; } = 8_192;

    /// <summary>The minimum rate at which a body must arrive and an answer be read, in bytes per second. Slower connections are closed. 0: no minimum.</summary>
    [Range(0, 1_048_576)]
    public int BytesPerSecond { get; set; } = 240;

    /// <summary>How long a body or an answer may be slower than that, in seconds.</summary>
    [Range(2, 600)]
    public int SlowSeconds { get; set; } = 5;

    /// <summary>How long a request may take, in seconds. Longer ones get 503. Event streams and tables have no limit.</summary>
    [Range(1, 3_600)]
    public int RequestSeconds { get; set; } = 60;
}
