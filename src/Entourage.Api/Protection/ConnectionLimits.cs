using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Protection;

/// <summary>What a connection and a request on it may take: of the configuration section <c>Limits</c>.</summary>
public sealed class ConnectionLimits
{
    /// <summary>How many connections may be open; a further one is closed at once. <see cref="ConnectionRoom"/> lowers it to what the system allows.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 16_384;

    /// <summary>How many more may be upgraded, to WebSockets for one.</summary>
    [Range(0, 1_000_000)]
    public int UpgradedConnections { get; set; } = 1_024;

    /// <summary>How many requests of HTTP/2 may share a connection at once.</summary>
    [Range(1, 10_000)]
    public int StreamsPerConnection { get; set; } = 100;

    /// <summary>After how long without a request a connection is closed, in seconds. Longer than callers keep theirs, so that none sends into a closing one.</summary>
    [Range(1, 3_600)]
    public int KeepAliveSeconds { get; set; } = 130;

    /// <summary>How long a request may take to send its headers, in seconds.</summary>
    [Range(1, 3_600)]
    public int HeaderSeconds { get; set; } = 15;

    /// <summary>How many headers a request may have; more are answered 431.</summary>
    [Range(10, 1_000)]
    public int HeaderCount { get; set; } = 100;

    /// <summary>How long all headers of a request may be, in bytes; more are answered 431.</summary>
    [Range(1_024, 1_048_576)]
    public int HeaderBytes { get; set; } = 32_768;

    /// <summary>How long method and address of a request may be, in bytes; more are answered 414.</summary>
    [Range(256, 1_048_576)]
    public int RequestLineBytes { get; set; } = 8_192;

    /// <summary>How slowly a body may arrive, and an answer be read, in bytes a second; slower ones are cut off. 0: as slowly as they like.</summary>
    [Range(0, 1_048_576)]
    public int BytesPerSecond { get; set; } = 240;

    /// <summary>How long a body or an answer may be slower than that, in seconds.</summary>
    [Range(2, 600)]
    public int SlowSeconds { get; set; } = 5;

    /// <summary>How long a request may take in all, in seconds; longer ones are answered 503. Streams of events and tables may take for ever.</summary>
    [Range(1, 3_600)]
    public int RequestSeconds { get; set; } = 60;
}
