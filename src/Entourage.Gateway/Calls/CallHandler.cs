using System.Net.Sockets;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Audit;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Upstreams;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Entourage.Gateway.Calls;

/// <summary>Handles one call: reserves the most that it can cost, passes it on, meters the answer and records what was used.</summary>
internal sealed class CallHandler(
    IMediator mediator,
    CallerContext callers,
    UpstreamList upstreams,
    OutputLimits outputLimits,
    CallBodies bodies,
    CallAgents agents,
    CallSessions sessions,
    RunningCalls running,
    StoreOutage outage,
    UnrecordedCalls unrecorded,
    CallSettler settler,
    UpstreamClient client,
    RefusalMetrics refusals,
    IValidator<ReserveCallCommand> reserveValidator,
    IOptions<GatewayOptions> options)
{
    private const string AgentHeader = "X-Entourage-Agent";
    private const string ModelHeader = "x-entourage-model";
    private const int SettleMarginSeconds = 60;

    /// <summary>Handles a call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="name">The name of the upstream.</param>
    /// <param name="path">The path below the upstream.</param>
    public async Task HandleAsync(HttpContext context, string name, string path)
    {
        try
        {
            await PassOnAsync(context, name, path);
        }
        catch (Exception exception) when (!context.Response.HasStarted && CallAnswers.RefusalOf(exception) is { } refusal)
        {
            if (exception is BudgetExceededException exceeded)
            {
                refusals.Add(exceeded);
            }

            await CallAnswers.WriteAsync(context, refusal);
        }
    }

    private async Task PassOnAsync(HttpContext context, string name, string path)
    {
        var upstream = upstreams.Find(name) ?? throw new CallRefusedException(new(RefusalReason.NotFound, $"This gateway has no upstream '{name}'."));
        var route = upstream.Format.FindRoute(context.Request.Method, path)
            ?? throw new CallRefusedException(context.Request.Headers.Upgrade.Count > 0
                ? new(RefusalReason.NoUpgrade, "The gateway does not pass on WebSockets, because it could not meter them. Use HTTP.")
                : new(RefusalReason.NotFound, "The gateway does not pass on this path, because it could not meter it."));
        var agentId = await FindAgentAsync(context.Request);
        if (!route.IsMetered)
        {
            await client.SendAsync(context, new UpstreamRequest(upstream, path, meter: null), context.RequestAborted);
            return;
        }

        using var body = await bodies.ReadAsync(context.Request, context.RequestAborted);
        var request = upstream.Format.Read(route, body.Bytes);
        if (request.Model.Length is 0 or > Agent.ModelLength)
        {
            throw new UnreadableRequestException($"The model's name must have 1 to {Agent.ModelLength} characters.");
        }

        await PassOnAsync(context, path, await AdmitAsync(context, agentId, upstream, request));
    }

    private async Task<AdmittedCall> AdmitAsync(HttpContext context, Guid agentId, Upstream upstream, ModelRequest request)
    {
        var origin = CallOrigin.Read(context.Request.Headers);
        var most = request.HasOutput ? request.MaxOutputTokens ?? outputLimits.Of(request.Model) : 0;
        var least = Math.Max(Math.Min(options.Value.LeastOutputTokens, most), request.LeastOutputTokens ?? 0);

        // The session is filled in below.
        var command = new ReserveCallCommand(
            SessionId: 0, request.Model, request.InputTokens, most, least, request.Choices, upstream.Billing, options.Value.CallSeconds + SettleMarginSeconds)
        {
            BoundAs = BoundAs,
            Labels = origin.Labels,
            Tier = CallSettler.TierOf(request.Tier),
            Searches = request.MaySearch ? new(upstream.Format.SearchPriceOf(request.Model), request.ServerToolUses) : null,
        };
        if (!outage.IsOn)
        {
            try
            {
                var (session, reserved) = await ReserveAsync(command, origin, agentId, context.RequestAborted);
                return new(upstream, request, callers.Current, agentId, origin, session, reserved, IsReserved: true);
            }
            catch (Exception exception) when (outage.LetsCallsThrough && StoreFault.IsCauseOf(exception))
            {
                outage.Note();
            }
        }

        await reserveValidator.ValidateAndThrowAsync(command, CancellationToken.None);
        return unrecorded.TryEnter()
            ? new(upstream, request, callers.Current, agentId, origin, sessions.FindKnown(origin, agentId), UnreservedCallOf(command), IsReserved: false)
            : throw new CallRefusedException(new(RefusalReason.Unavailable, "Too many calls wait to be recorded, so this one was not sent. Send it again later."));

        CallBound? BoundAs(string model)
        {
            var limit = request.HasOutput ? Math.Min(most, outputLimits.Of(model)) : 0;
            return limit < request.LeastOutputTokens ? null : new(upstream.Format.InputTokensAs(request, model), limit);
        }
    }

    private async Task<(long SessionId, ReservedCall Reserved)> ReserveAsync(
        ReserveCallCommand command, CallOrigin origin, Guid agentId, CancellationToken cancellationToken)
    {
        for (var isRetry = false; ; isRetry = true)
        {
            var session = await sessions.FindAsync(mediator, origin, agentId, command.Model, isSpent: false, cancellationToken);
            try
            {
                // Not cancelled when the client disconnects, because a reservation that is never settled is charged in full.
                return (session, await mediator.Send(command with { SessionId = session }, CancellationToken.None));
            }
            catch (RuleViolationException violation) when (violation.Code == CallAnswers.SessionEnded && origin.Names.Count > 0 && !isRetry)
            {
                // The session was idle for too long or was ended, so another is opened. If it was killed, the next attempt is refused.
                sessions.Forget(agentId, origin);
            }
        }
    }

    private static ReservedCall UnreservedCallOf(ReserveCallCommand command) =>
        new(Guid.CreateVersion7(), command.Model, command.MaxOutputTokens, Money.Zero, IsLowered: false);

    private async Task PassOnAsync(HttpContext context, string path, AdmittedCall admitted)
    {
        var (upstream, request, reserved) = (admitted.Upstream, admitted.Request, admitted.Reserved);
        var changesLimit = request.HasOutput && reserved.MaxOutputTokens != request.MaxOutputTokens;
        var changesModel = reserved.Model != request.Model;
        if (changesModel)
        {
            // Not at once, because the headers are cleared before the gateway's own errors.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[ModelHeader] = reserved.Model;
                return Task.CompletedTask;
            });
        }

        var sent = upstream.Format.Rewrite(request, new(changesModel ? reserved.Model : null, changesLimit ? reserved.MaxOutputTokens : null));
        var neverSent = false;
        using var call = running.Add(admitted.SessionId, context.RequestAborted);
        var meter = new CallMeter(upstream.Format, request, reserved.MaxOutputTokens, call);
        try
        {
            call.CancelAfter(TimeSpan.FromSeconds(options.Value.CallSeconds));
            context.Request.Headers.Remove(HeaderNames.TransferEncoding);
            (context.Request.Body, context.Request.ContentLength) = (new MemoryBody(sent), sent.Length);
            var error = await client.SendAsync(context, new UpstreamRequest(upstream, request.Route.PathWith(path, reserved.Model), meter), call.Token);
            neverSent = error == ForwarderError.Request && IsConnectFault(context.GetForwarderErrorFeature()?.Exception);
            if (error != ForwarderError.None && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                context.Response.Clear();
                await CallAnswers.WriteAsync(context, call.CutReason is { } cut
                    ? new(RefusalReason.Stopped, cut)
                    : new(RefusalReason.Unavailable, $"The provider '{upstream.Name}' could not be reached."));
            }
        }
        finally
        {
            await EndAsync(admitted, meter, neverSent);
        }
    }

    /// <summary>Settles a call. If that fails, its reservation is charged once it expires, so that nothing spent is lost.</summary>
    private async Task EndAsync(AdmittedCall admitted, CallMeter meter, bool neverSent)
    {
        try
        {
            await meter.EndAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has gone. The meter has seen the whole answer.
        }
        finally
        {
            await settler.SettleAsync(mediator, admitted, meter, isFree: neverSent || meter.IsFree);
        }
    }

    /// <summary>The agent of a call: that of its key or, on a server without keys, the one that it names.</summary>
    private async Task<Guid> FindAgentAsync(HttpRequest request)
    {
        if (callers.Current.AgentId is { } own)
        {
            return own;
        }

        if (callers.Current.Kind != ActorKind.Operator)
        {
            throw new CallRefusedException(new(RefusalReason.Forbidden, "Use an agent's key. The keys of leads and admins do not say which agent spends the money."));
        }

        if ((request.Headers[AgentHeader] is [{ Length: > 0 } header] ? header : CallerKeys.Find(request)) is not { } named)
        {
            throw new CallRefusedException(new(RefusalReason.Unauthenticated, $"Name the agent: send its name or id in the header {AgentHeader} or as the API key."));
        }

        try
        {
            return await agents.FindAsync(mediator, named, request.HttpContext.RequestAborted);
        }
        catch (Exception exception) when (exception is NotFoundException or ValidationException)
        {
            // Without the name, which may be a credential that was meant for the provider.
            throw new CallRefusedException(new(
                RefusalReason.Unauthenticated, $"No agent has this name or id. Send the name or id of an agent in the header {AgentHeader} or as the API key."));
        }
    }

    // The provider has seen nothing of the call.
    private static bool IsConnectFault(Exception? fault) => fault switch
    {
        null => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => true,
        SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable } => true,
        _ => IsConnectFault(fault.InnerException),
    };
}
