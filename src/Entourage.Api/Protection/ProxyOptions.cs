using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Entourage.Api.Protection;

/// <summary>The proxies that are believed who sent a request: the configuration section <c>Proxy</c>.</summary>
public sealed class ProxyOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Proxy";

    /// <summary>Their addresses, with semicolons between them.</summary>
    public string KnownAddresses { get; set; } = "";

    /// <summary>Their networks, such as <c>10.1.0.0/24</c>, with semicolons between them.</summary>
    public string KnownNetworks { get; set; } = "";

    /// <summary>How many of them a request passes.</summary>
    [Range(1, 10)]
    public int Hops { get; set; } = 1;

    /// <summary>The addresses.</summary>
    internal IEnumerable<IPAddress> Addresses => Parts(KnownAddresses).Select(IPAddress.Parse);

    /// <summary>The networks.</summary>
    internal IEnumerable<IPNetwork> Networks => Parts(KnownNetworks).Select(IPNetwork.Parse);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Parts(KnownAddresses).Where(part => !IPAddress.TryParse(part, out _)).Select(part => new ValidationResult($"'{part}' is not an address."))
            .Concat(Parts(KnownNetworks).Where(part => !IPNetwork.TryParse(part, out _)).Select(part => new ValidationResult($"'{part}' is not a network.")));

    private static string[] Parts(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
