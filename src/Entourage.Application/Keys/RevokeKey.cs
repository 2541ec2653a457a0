using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Audit;
using MediatR;

namespace Entourage.Application.Keys;

/// <summary>Revokes a key on all replicas, effective at once. Revoking it again changes nothing.</summary>
/// <param name="Id">The key.</param>
public sealed record RevokeKeyCommand(Guid Id) : ICommand<Unit>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.ApiKey(Id));
}

internal sealed class RevokeKeyHandler(IEntourageDb db, AuditTrail audit, TimeProvider time) : IRequestHandler<RevokeKeyCommand, Unit>
{
    public async Task<Unit> Handle(RevokeKeyCommand request, CancellationToken cancellationToken)
    {
        // So that of several revocations at once only the first is counted and audited.
        await db.LockKeysAsync(cancellationToken);
        var key = await db.ApiKeys.Where(key => key.Id == request.Id).GetAsync(request.Id, "key", cancellationToken);
        var before = KeyResponse.From(key);
        if (key.Revoke(time.GetUtcNow()))
        {
            audit.Add(
                AuditAction.KeyRevoked, AuditSubject.Of(AuditSubjectKind.Key, key.Id, key.OrganisationId, key.TeamId), before, KeyResponse.From(key));
            await db.RaiseKeyRevisionAsync(cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }

        return Unit.Value;
    }
}
