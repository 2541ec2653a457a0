using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Costs;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Paging;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Audit;

/// <summary>
/// Lists audit entries, newest first. An admin sees all of them, a lead those of its team. A search looks in actors, subjects and the old and new values.
/// </summary>
/// <param name="OrganisationId">Only entries of this organisation and its teams; null for all.</param>
/// <param name="TeamId">Only entries of this team; null for all.</param>
/// <param name="Action">Only entries of this action; null for all.</param>
/// <param name="Actor">Only entries of this actor, by its name, the id of its key or the subject of its token; null for all.</param>
/// <param name="Subject">Only entries about this subject, by its id or by its kind and id, such as <c>task:7</c>; null for all.</param>
/// <param name="From">Only entries from this UTC date or instant on; null for all.</param>
/// <param name="To">Only entries up to this UTC date (inclusive) or before this instant; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAuditQuery(
    Guid? OrganisationId, Guid? TeamId, AuditAction? Action, string? Actor, string? Subject, string? From, string? To, PageRequest Page)
    : IQuery<Page<AuditResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(TeamId is { } team ? Resource.Team(team) : OrganisationId is { } organisation ? Resource.Organisation(organisation) : null);
}

internal sealed class ListAuditValidator : ListValidator<ListAuditQuery>
{
    public ListAuditValidator()
    {
        RuleFor(query => query.Actor).OptionalLine(AuditEntry.ActorSubjectLength);
        RuleFor(query => query.Subject).OptionalLine(AuditEntry.SubjectIdLength + AuditEntry.NameLength);
    }
}

internal sealed class ListAuditHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListAuditQuery, Page<AuditResponse>>
{
    public async Task<Page<AuditResponse>> Handle(ListAuditQuery request, CancellationToken cancellationToken)
    {
        var (from, to) = (CostRange.Parse("from", request.From, BudgetCalendar.Utc, 0), CostRange.Parse("to", request.To, BudgetCalendar.Utc, 1));
        if (from >= to)
        {
            throw new InvalidInputException("to", "The end of the range must be later than its start.");
        }

        await EnsureScopeExistsAsync(request, cancellationToken);
        var (all, ownTeamId) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var (kind, subjectId) = SubjectOf(request.Subject);
        Guid? keyId = Guid.TryParse(request.Actor, out var key) ? key : null;
        var order = new ListOrder<AuditEntry, AuditEntry>(request.Page, ListDirection.Descending).By(entry => entry.Sequence, entry => entry.Sequence);
        var entries = db.AuditEntries.AsNoTracking()
            .Where(entry => all || entry.TeamId == ownTeamId)
            .Where(entry => request.OrganisationId == null || entry.OrganisationId == request.OrganisationId)
            .Where(entry => request.TeamId == null || entry.TeamId == request.TeamId)
            .Where(entry => request.Action == null || entry.Action == request.Action)
            .Where(entry => request.Actor == null || entry.Actor == request.Actor || entry.ActorSubject == request.Actor || (keyId != null && entry.KeyId == keyId))
            .Where(entry => kind == null || entry.SubjectKind == kind)
            .Where(entry => subjectId == null || entry.SubjectId == subjectId)
            .Where(entry => from == null || entry.OccurredAt >= from)
            .Where(entry => to == null || entry.OccurredAt < to)
            .Matching(request.Page, entry => entry.Actor, entry => entry.SubjectId, entry => entry.Old, entry => entry.New);
        var page = order.ToPage(await order.Read(entries).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(AuditResponse.From)], page.NextCursor);
    }

    private async Task EnsureScopeExistsAsync(ListAuditQuery request, CancellationToken cancellationToken)
    {
        if (request.OrganisationId is { } organisationId)
        {
            // If the request names a team as well, the permission check covered only the team.
            if (!callers.Current.IsAdmin && callers.Current.OrganisationId != organisationId)
            {
                throw new NotFoundException("organisation", organisationId);
            }

            await db.Organisations.GetAsync(organisationId, "organisation", cancellationToken);
        }

        if (request.TeamId is { } teamId)
        {
            await db.Teams.GetAsync(teamId, "team", cancellationToken);
        }
    }

    private static (AuditSubjectKind? Kind, string? Id) SubjectOf(string? subject)
    {
        // Names of models can contain colons.
        var colon = subject?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var (kind, id) = colon > 0 && EnumNames.TryParse<AuditSubjectKind>(subject![..colon], out var named)
            ? ((AuditSubjectKind?)named, subject[(colon + 1)..])
            : (null, subject);
        return (kind, Guid.TryParse(id, out var guid) ? guid.ToString() : id);
    }
}

/// <summary>An entry of the audit trail.</summary>
/// <param name="Id">The number of the entry. Later entries have greater numbers.</param>
/// <param name="At">When the change was made (UTC).</param>
/// <param name="OrgId">The organisation concerned; null if the change concerns all organisations.</param>
/// <param name="TeamId">The team concerned; null if the change does not concern a single team.</param>
/// <param name="Actor">The name of the actor: <c>entourage</c> for Entourage itself, <c>operator</c> if the server required no key.</param>
/// <param name="KeyId">The API key of the actor; null without a key.</param>
/// <param name="ActorKind">How the actor was identified: <c>product</c> for Entourage itself, <c>operator</c> if the server required no key,
/// <c>key</c> or <c>token</c>; null in entries older than this member.</param>
/// <param name="ActorIssuer">The authority that issued the actor's token; null without a token.</param>
/// <param name="ActorSubject">The subject of the actor's token; null without a token.</param>
/// <param name="Action">The action.</param>
/// <param name="SubjectKind">The kind of subject.</param>
/// <param name="SubjectId">The id of the subject. For a price it is the name of the model.</param>
/// <param name="Old">The changed members before the change; null if the subject was created.</param>
/// <param name="New">The changed members after the change; null if the subject was removed.</param>
public sealed record AuditResponse(
    long Id,
    DateTimeOffset At,
    Guid? OrgId,
    Guid? TeamId,
    string Actor,
    Guid? KeyId,
    ActorKind? ActorKind,
    string? ActorIssuer,
    string? ActorSubject,
    AuditAction Action,
    AuditSubjectKind SubjectKind,
    string SubjectId,
    JsonElement? Old,
    JsonElement? New)
{
    internal static AuditResponse From(AuditEntry entry) => new(
        entry.Sequence,
        entry.OccurredAt,
        entry.OrganisationId,
        entry.TeamId,
        entry.Actor,
        entry.KeyId,
        entry.ActorKind,
        entry.ActorIssuer,
        entry.ActorSubject,
        entry.Action,
        entry.SubjectKind,
        entry.SubjectId,
        ParseJson(entry.Old),
        ParseJson(entry.New));

    // Keeps every digit as it was written.
    private static JsonElement? ParseJson(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
}
