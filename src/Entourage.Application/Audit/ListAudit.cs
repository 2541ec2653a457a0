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

/// <summary>Lists who changed what, the newest first: all of it to an admin, what is its team's to a lead.</summary>
/// <param name="OrganisationId">Only what is this organisation's, or one of its teams'; null for all.</param>
/// <param name="TeamId">Only what is this team's; null for all.</param>
/// <param name="Action">Only this; null for all.</param>
/// <param name="Actor">Only by this one, by its name, the id of its key or the subject of its token; null for all.</param>
/// <param name="Subject">Only to this one, by its id, or by its kind and id: <c>task:7</c>; null for all.</param>
/// <param name="From">Only from this UTC date or instant on; null for all.</param>
/// <param name="To">Only up to this UTC date, that day included, or before this instant; null for all.</param>
/// <param name="Page">Which part.</param>
public sealed record ListAuditQuery(
    Guid? OrganisationId, Guid? TeamId, AuditAction? Action, string? Actor, string? Subject, string? From, string? To, PageRequest Page)
    : IQuery<Page<AuditResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(TeamId is { } team ? Resource.Team(team) : OrganisationId is { } organisation ? Resource.Organisation(organisation) : null);
}

internal sealed class ListAuditValidator : AbstractValidator<ListAuditQuery>
{
    public ListAuditValidator()
    {
        RuleFor(query => query.Page.Limit).PageLimit();
        RuleFor(query => query.Actor).OptionalLine(AuditEntry.ActorSubjectLength);
        RuleFor(query => query.Subject).OptionalLine(AuditEntry.SubjectIdLength + AuditEntry.NameLength);
    }
}

internal sealed class ListAuditHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListAuditQuery, Page<AuditResponse>>
{
    public async Task<Page<AuditResponse>> Handle(ListAuditQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        var (from, to) = (CostRange.Parse("from", request.From, BudgetCalendar.Utc, 0), CostRange.Parse("to", request.To, BudgetCalendar.Utc, 1));
        if (from >= to)
        {
            throw new InvalidInputException("to", "The range ends before it begins.");
        }

        await EnsureThereAsync(request, cancellationToken);
        var (all, ownTeamId) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var (kind, subjectId) = SubjectOf(request.Subject);
        Guid? keyId = Guid.TryParse(request.Actor, out var key) ? key : null;
        var entries = await db.AuditEntries.AsNoTracking()
            .Where(entry => all || entry.TeamId == ownTeamId)
            .Where(entry => request.OrganisationId == null || entry.OrganisationId == request.OrganisationId)
            .Where(entry => request.TeamId == null || entry.TeamId == request.TeamId)
            .Where(entry => request.Action == null || entry.Action == request.Action)
            .Where(entry => request.Actor == null || entry.Actor == request.Actor || entry.ActorSubject == request.Actor || (keyId != null && entry.KeyId == keyId))
            .Where(entry => kind == null || entry.SubjectKind == kind)
            .Where(entry => subjectId == null || entry.SubjectId == subjectId)
            .Where(entry => from == null || entry.OccurredAt >= from)
            .Where(entry => to == null || entry.OccurredAt < to)
            .Where(entry => before == null || entry.Sequence < before)
            .OrderByDescending(entry => entry.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(entries, entry => entry.Sequence);
        return new([.. page.Items.Select(AuditResponse.From)], page.NextCursor);
    }

    private async Task EnsureThereAsync(ListAuditQuery request, CancellationToken cancellationToken)
    {
        if (request.OrganisationId is { } organisationId)
        {
            // With a team besides, nobody has looked at it yet.
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
        // The names of models have colons of their own.
        var mark = subject?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var (kind, id) = mark > 0 && EnumNames.TryParse<AuditSubjectKind>(subject![..mark], out var named)
            ? ((AuditSubjectKind?)named, subject[(mark + 1)..])
            : (null, subject);
        return (kind, Guid.TryParse(id, out var guid) ? guid.ToString() : id);
    }
}

/// <summary>Who changed what.</summary>
/// <param name="Id">Its number; a later change has a greater one.</param>
/// <param name="At">When (UTC).</param>
/// <param name="OrgId">The organisation whose it is; null for what is everybody's.</param>
/// <param name="TeamId">The team whose it is; null for what is not one team's.</param>
/// <param name="Actor">Who did it; <c>entourage</c> where the product itself did, <c>operator</c> where no key was asked for.</param>
/// <param name="KeyId">The key that showed who it was; null where none was needed.</param>
/// <param name="ActorKind">
/// How the actor was identified: <c>product</c> for Entourage itself, <c>operator</c> where no key was asked for, <c>key</c> or <c>token</c>;
/// null in entries that were written before this was recorded.
/// </param>
/// <param name="ActorIssuer">The authority that issued the actor's token; null without a token.</param>
/// <param name="ActorSubject">The subject of the actor's token; null without a token.</param>
/// <param name="Action">What was done.</param>
/// <param name="SubjectKind">To what kind of thing.</param>
/// <param name="SubjectId">To which; the price of a model has the model's name.</param>
/// <param name="Old">The members that changed, as they were; null where the thing was made.</param>
/// <param name="New">The members that changed, as they are since; null where the thing was removed.</param>
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
    /// <summary>The answer for an entry.</summary>
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
        ValueOf(entry.Old),
        ValueOf(entry.New));

    // As they were written, to the last digit.
    private static JsonElement? ValueOf(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
}
