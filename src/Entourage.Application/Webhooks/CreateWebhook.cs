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

/// <summary>Adds an address that is told of a team's events from now on.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Url">Where the messages go.</param>
/// <param name="Events">What it is told of.</param>
/// <param name="Format">How they are written.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
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
            .Must(IsAddress).WithMessage("'{PropertyName}' must be an absolute address with http or https, and without a user's name.")
            .Must(url => rules.MayAllow(new Uri(url))).WithMessage("'{PropertyName}' must not be an address of this machine or of a private network.");
        RuleFor(command => command.Events).NotEmpty();
    }

    private static bool IsAddress(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.Host.Length > 0
        && address.UserInfo.Length == 0;
}

internal sealed class CreateWebhookHandler(IEntourageDb db, AuditTrail audit, TimeProvider time) : IRequestHandler<CreateWebhookCommand, NewWebhookResponse>
{
    public async Task<NewWebhookResponse> Handle(CreateWebhookCommand request, CancellationToken cancellationToken)
    {
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);

        // What is on its way now has ended then: nothing of it comes to lie below the position later.
        await db.LockOrganisationAsync(team.OrganisationId, cancellationToken);
        var position = new EventPosition(
            await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0,
            await db.Events.MaxAsync(told => (long?)told.Sequence, cancellationToken) ?? 0);
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
