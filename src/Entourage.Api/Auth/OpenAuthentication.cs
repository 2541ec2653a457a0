using System.Text.Encodings.Web;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Auth;

/// <summary>Authenticates every request as the operator, for a server that only its own machine can reach.</summary>
internal sealed class OpenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "open";

    private static readonly AuthenticateResult Operator = AuthenticatedCaller.Success(Caller.Operator, Name);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Operator);

    /// <summary>Finds the operator for every request.</summary>
    internal sealed class ReadyCallers : IReadyCallers
    {
        public ValueTask<AuthenticateResult?> FindAsync(HttpContext context) => new(Operator);
    }
}
