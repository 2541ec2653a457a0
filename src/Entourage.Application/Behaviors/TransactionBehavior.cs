using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Behaviors;

/// <summary>
/// Runs each command in one transaction. The transaction also looks up and stores the idempotency key with the answer, so that a key exists exactly
/// when its effect does (rule 2).
/// </summary>
internal sealed class TransactionBehavior<TRequest, TResponse>(IEntourageDb db, IdempotentReplay replay, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ICommand<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is not IIdempotentCommand idempotent || IdempotencyToken.Of(idempotent) is not { } token)
        {
            return await db.InTransactionAsync(_ => next(), cancellationToken);
        }

        try
        {
            return await db.InTransactionAsync(inTransaction => RunOnceAsync(token, next, inTransaction), cancellationToken);
        }
        catch (Exception exception) when (exception is DuplicateException or ConflictException { Code: ConflictException.Duplicate })
        {
            // The duplicate may come from the same request, sent twice at the same time. Its answer is stored by now.
            if (await FindAnswerAsync(token, cancellationToken) is { } answer)
            {
                return answer;
            }

            throw;
        }
    }

    private async Task<TResponse> RunOnceAsync(IdempotencyToken token, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        if (await FindAnswerAsync(token, cancellationToken) is { } answer)
        {
            return answer;
        }

        var response = await next();
        db.IdempotentAnswers.Add(new IdempotentAnswer(
            token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, EntourageJson.Stored), time.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        return response;
    }

    private async Task<TResponse?> FindAnswerAsync(IdempotencyToken token, CancellationToken cancellationToken)
    {
        var stored = await db.IdempotentAnswers.AsNoTracking()
            .SingleOrDefaultAsync(answer => answer.KeyHash == token.KeyHash, cancellationToken);
        if (stored is null)
        {
            return default;
        }

        token.EnsureSameRequest(stored.RequestHash);
        replay.Happened = true;
        return JsonSerializer.Deserialize<TResponse>(stored.Response, EntourageJson.Stored);
    }
}
