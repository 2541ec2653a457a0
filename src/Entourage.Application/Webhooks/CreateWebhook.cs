using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain.Audit;
using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>Creates a webhook that receives a team's events from now on.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Url">The URL to send messages to.</param>
/// <param name="Events">The kinds of event to send.</param>
/// <param name="Format">The format of the messages.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateWebhookCommand(
    Guid TeamId, string Url, IReadOnlyList<EventKind>? Events, WebhookFormat Format, string? IdempotencyKey) : ICommand<NewWebhookResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));

    /// <inheritdoc/>
    public string IdempotencyScope => $"teams/{TeamId}/webhooks";
}

internal sealed class CreateWebhookValidator : AbstractValidator<CreateWebhookCommand>
{
    public CreateWebhookValidator(WebhookRules rules)
    {
        RuleFor(command => command.Url).Line(Webhook.UrlLength)
            .Must(IsUrl).WithMessage("'{PropertyName}' must be an absolute http or https URL without a user name.")
            .Must(url => rules.MayAllow(new Uri(url))).WithMessage("'{PropertyName}' must not point to this machine or a private network.");
        RuleFor(command => command.Events).NotEmpty();
    }

    private static bool IsUrl(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.Host.Length > 0
        && address.UserInfo.Length == 0;
}

internal sealed class CreateWebhookHandler(IEntourageDb db, AuditTrail audit, TimeProvider time) : IRequestHandler<CreateWebhookCommand, NewWebhookResponse>
{
    public async Task<NewWebhookResponse> Handle(CreateWebhookCommand request, CancellationToken cancellationToken)
    {
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);

        // Transactions in progress have ended after this, so no event can later appear before the position.
        await db.LockOrganisationAsync(team.OrganisationId, cancellationToken);
        var position = new EventPosition(
            await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0,
            await db.Events.MaxAsync(teamEvent => (long?)teamEvent.Sequence, cancellationToken) ?? 0);
        var webhook = Webhook.Create(team, request.Url, request.Events!, request.Format, position, time.GetUtcNow());
        db.Webhooks.Add(webhook);
        audit.Add(
            AuditAction.WebhookCreated,
            AuditSubject.Of(AuditSubjectKind.Webhook, webhook.Id, team.OrganisationId, team.Id),
            before: null,
            AuditedWebhook.Of(webhook));
        await db.SaveChangesAsync(cancellationToken);
        return new(WebhookResponse.From(webhook), webhook.Secret);
    }
}
