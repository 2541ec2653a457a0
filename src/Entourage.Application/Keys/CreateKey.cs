using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Keys;

/// <summary>
/// Issues a key. It takes no idempotency key: its answer would be stored, and with it the secret. A key whose answer was lost is revoked,
/// and another issued.
/// </summary>
/// <param name="Name">What it is called.</param>
/// <param name="Role">What its holder may do.</param>
/// <param name="TeamId">The team that it acts for; only of a lead's key.</param>
/// <param name="AgentId">The agent that it acts for; only of an agent's key.</param>
/// <param name="ExpiresAt">From when on it lets nobody in (UTC), ahead; null for never.</param>
public sealed record CreateKeyCommand(string Name, CallerRole? Role, Guid? TeamId, Guid? AgentId, DateTimeOffset? ExpiresAt) : ICommand<NewKeyResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Role switch
    {
        CallerRole.Agent when AgentId is { } id => Permission.Lead(Resource.Agent(id)),
        CallerRole.Lead or CallerRole.Admin => Permission.Admin(),

        // Of the wrong shape: its validator says so.
        _ => Permission.Lead(),
    };
}

internal sealed class CreateKeyValidator : AbstractValidator<CreateKeyCommand>
{
    public CreateKeyValidator()
    {
        RuleFor(command => command.Name).Line(Organisation.NameLength)
            .Must(name => name is null || !ReservedNames.Imitates(name))
            .WithMessage($"'{{PropertyName}}' must not read like {string.Join(", ", ReservedNames.All)}: Entourage calls itself so. Choose another name.")
            .Must(name => name is null || !ReservedNames.HasDirections(name))
            .WithMessage("'{PropertyName}' must not hold characters that change the direction of writing: it would read as another name.");
        RuleFor(command => command.Role).NotNull();
        RuleFor(command => command.TeamId).NotEmpty().When(command => command.Role == CallerRole.Lead);
        RuleFor(command => command.TeamId).Null().When(command => command.Role != CallerRole.Lead)
            .WithMessage("'{PropertyName}' must be absent: only the key of a lead acts for a team.");
        RuleFor(command => command.AgentId).NotEmpty().When(command => command.Role == CallerRole.Agent);
        RuleFor(command => command.AgentId).Null().When(command => command.Role != CallerRole.Agent)
            .WithMessage("'{PropertyName}' must be absent: only the key of an agent acts for one.");
    }
}

internal sealed class CreateKeyHandler(IEntourageDb db, CallerContext callers, AuditTrail audit, TimeProvider time)
    : IRequestHandler<CreateKeyCommand, NewKeyResponse>
{
    public async Task<NewKeyResponse> Handle(CreateKeyCommand request, CancellationToken cancellationToken)
    {
        var text = KeyText.Create();
        var key = await IssueAsync(request, new(request.Name, callers.Current.Name, request.ExpiresAt), text, cancellationToken);
        db.ApiKeys.Add(key);
        var response = KeyResponse.From(key);
        audit.Add(AuditAction.KeyCreated, AuditSubject.Of(AuditSubjectKind.Key, key.Id, key.OrganisationId, key.TeamId), before: null, response);
        await db.SaveChangesAsync(cancellationToken);
        return new(response, text);
    }

    private async Task<ApiKey> IssueAsync(CreateKeyCommand request, KeyLabel label, string text, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        switch (request.Role)
        {
            case CallerRole.Agent:
                var agent = await db.Agents.GetAsync(request.AgentId!.Value, "agent", cancellationToken);
                return ApiKey.ForAgent(label, await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken), agent, text, now);
            case CallerRole.Lead:
                return ApiKey.ForLead(label, await db.Teams.GetAsync(request.TeamId!.Value, "team", cancellationToken), text, now);
            default:
                return ApiKey.ForAdmin(label, text, now);
        }
    }
}
