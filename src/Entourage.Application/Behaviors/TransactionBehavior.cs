using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Behaviors;

/// <summary>
/// Gives each command one transaction. An idempotency key is looked up and stored inside it, together with the answer,
/// so that the key is there exactly when the effect is (rule 2).
/// </summary>
internal sealed class TransactionBehavior<TRequest, TResponse>(IEntourageDb db, IdempotentReplay replay, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is not ICommand<TResponse>)
        {
            return next();
        }

        var token = request is IIdempotentCommand idempotent ? IdempotencyToken.Of(idempotent) : null;
        return db.InTransactionAsync(transactionCancelled => RunAsync(token, next, transactionCancelled), cancellationToken);
    }

    private async Task<TResponse> RunAsync(IdempotencyToken? token, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return await next();
        }

        var earlier = await db.IdempotentAnswers.AsNoTracking()
            .SingleOrDefaultAsync(answer => answer.KeyHash == token.KeyHash, cancellationToken);
        if (earlier is not null)
        {
            token.EnsureSameRequest(earlier.RequestHash);
            replay.Happened = true;
            return JsonSerializer.Deserialize<TResponse>(earlier.Response, EntourageJson.Options)!;
        }

        var response = await next();
        db.IdempotentAnswers.Add(new IdempotentAnswer(
            token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, EntourageJson.Options), time.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        return response;
    }
}
