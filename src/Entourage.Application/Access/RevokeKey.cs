using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using MediatR;

namespace Entourage.Application.Access;

/// <summary>Lets nobody in with a key any more, from this moment on and on every replica. One that was revoked stays as it is.</summary>
/// <param name="Id">Which.</param>
public sealed record RevokeKeyCommand(Guid Id) : ICommand<Unit>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Lead(Resource.ApiKey(Id));
}

internal sealed class RevokeKeyHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<RevokeKeyCommand, Unit>
{
    public async Task<Unit> Handle(RevokeKeyCommand request, CancellationToken cancellationToken)
    {
        var key = await db.ApiKeys.Where(key => key.Id == request.Id).GetAsync(request.Id, "key", cancellationToken);
        if (key.Revoke(time.GetUtcNow()))
        {
            await db.RaiseKeyRevisionAsync(cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }

        return Unit.Value;
    }
}
