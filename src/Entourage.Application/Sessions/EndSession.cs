using Entourage.Application.Abstractions;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
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

/// <summary>Ends a session. Ending one that has ended answers it again, unchanged.</summary>
/// <param name="Id">Which.</param>
/// <param name="Outcome">How it went; null is well, or badly where there is an error.</param>
/// <param name="Error">The error that ended it.</param>
public sealed record EndSessionCommand(long Id, SessionOutcome? Outcome, string? Error) : ICommand<SessionResponse>;

internal sealed class EndSessionValidator : AbstractValidator<EndSessionCommand>
{
    public EndSessionValidator() => RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
}

internal sealed class EndSessionHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<EndSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(EndSessionCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = await db.Sessions.GetAsync(request.Id, "session", cancellationToken);
        var failed = (request.Outcome ?? (request.Error is null ? SessionOutcome.Completed : SessionOutcome.Failed)) == SessionOutcome.Failed;
        session.End(failed, request.Error, now);
        await db.SaveChangesAsync(cancellationToken);
        return await SessionResponse.ReadAsync(db, session.Id, now, cancellationToken);
    }
}
