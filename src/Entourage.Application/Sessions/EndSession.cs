using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Sessions;

/// <summary>How an agent says its session went.</summary>
public enum SessionOutcome
{
    /// <summary>Well; the default.</summary>
    Completed,

    /// <summary>An error ended it.</summary>
    Failed,
}

/// <summary>Ends a session and gives its reservations back (rule 7). Ending one that has ended answers it again, unchanged.</summary>
/// <param name="Id">Which.</param>
/// <param name="Outcome">How it went; null is well, or badly where there is an error.</param>
/// <param name="Error">The error that ended it.</param>
public sealed record EndSessionCommand(long Id, SessionOutcome? Outcome, string? Error) : ILedgerCommand<SessionResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(Id));
}

internal sealed class EndSessionValidator : AbstractValidator<EndSessionCommand>
{
    public EndSessionValidator() => RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
}

internal sealed class EndSessionHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<EndSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(EndSessionCommand request, CancellationToken cancellationToken)
    {
        var failed = (request.Outcome ?? (request.Error is null ? SessionOutcome.Completed : SessionOutcome.Failed)) == SessionOutcome.Failed;
        return (await ledger.WriteAsync(new EndSessionEntry(request.Id, failed, request.Error, time.GetUtcNow()), cancellationToken)).Response;
    }
}
