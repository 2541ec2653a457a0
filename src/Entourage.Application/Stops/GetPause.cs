using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Stops;
using MediatR;

namespace Entourage.Application.Stops;

/// <summary>Reads whether an agent, a team or an organisation is paused, and which sessions have obeyed.</summary>
/// <param name="Scope">The scope of the pause.</param>
/// <param name="Id">The id of the agent, team or organisation.</param>
public sealed record GetPauseQuery(PauseScope Scope, Guid Id) : IQuery<PauseResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToRead(Id);
}

internal sealed class GetPauseHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetPauseQuery, PauseResponse>
{
    public async Task<PauseResponse> Handle(GetPauseQuery request, CancellationToken cancellationToken)
    {
        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        return await PauseResponse.ReadAsync(db, subject, time.GetUtcNow(), cancellationToken);
    }
}
