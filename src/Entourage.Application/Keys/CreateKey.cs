using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Keys;

/// <summary>
/// Issues a key. It accepts no idempotency key, because the stored answer would contain the secret. If the answer is lost, revoke the key and issue
/// another.
/// </summary>
/// <param name="Name">The name of the key.</param>
/// <param name="Role">The role of the key's holder.</param>
/// <param name="TeamId">The team of the holder; only for the role <c>lead</c>.</param>
/// <param name="AgentId">The agent of the holder; only for the role <c>agent</c>.</param>
/// <param name="ExpiresAt">When the key expires (UTC), in the future; null for never.</param>
public sealed record CreateKeyCommand(string Name, CallerRole? Role, Guid? TeamId, Guid? AgentId, DateTimeOffset? ExpiresAt) : ICommand<NewKeyResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Role switch
    {
        CallerRole.Agent when AgentId is { } id => Permission.Lead(Resource.Agent(id)),
        CallerRole.Lead or CallerRole.Admin => Permission.Admin(),

        // The validator rejects the other combinations.
        _ => Permission.Lead(),
    };
}

internal sealed class CreateKeyValidator : AbstractValidator<CreateKeyCommand>
{
    public CreateKeyValidator()
    {
        RuleFor(command => command.Name).Line(Organisation.NameLength)
            .Must(name => name is null || !ReservedNames.Imitates(name))
            .WithMessage($"'{{PropertyName}}' must not resemble {string.Join(", ", ReservedNames.All)}, which are reserved for Entourage. Choose another name.")
            .Must(name => name is null || !ReservedNames.HasDirections(name))
            .WithMessage("'{PropertyName}' must not contain characters that change the direction of text, because it could then read as a different name.");
        RuleFor(command => command.Role).NotNull();
        RuleFor(command => command.TeamId).NotEmpty().When(command => command.Role == CallerRole.Lead);
        RuleFor(command => command.TeamId).Null().When(command => command.Role != CallerRole.Lead)
            .WithMessage("'{PropertyName}' must be absent unless the role is 'lead'.");
        RuleFor(command => command.AgentId).NotEmpty().When(command => command.Role == CallerRole.Agent);
        RuleFor(command => command.AgentId).Null().When(command => command.Role != CallerRole.Agent)
            .WithMessage("'{PropertyName}' must be absent unless the role is 'agent'.");
    }
}

internal sealed class CreateKeyHandler(IEntourageDb db, CallerContext callers, AuditTrail audit, TimeProvider time)
    : IRequestHandler<CreateKeyCommand, NewKeyResponse>
{
    public async Task<NewKeyResponse> Handle(CreateKeyCommand request, CancellationToken cancellationToken)
    {
        // So that no key of an agent or a team is issued while it is archived or moved.
        await db.LockKeysAsync(cancellationToken);
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
                await db.EnsureNotArchivedAsync(PauseScope.Agent, agent.Id, cancellationToken);
                return ApiKey.ForAgent(label, await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken), agent, text, now);
            case CallerRole.Lead:
                var team = await db.Teams.GetAsync(request.TeamId!.Value, "team", cancellationToken);
                await db.EnsureNotArchivedAsync(PauseScope.Team, team.Id, cancellationToken);
                return ApiKey.ForLead(label, team, text, now);
            default:
                return ApiKey.ForAdmin(label, text, now);
        }
    }
}
