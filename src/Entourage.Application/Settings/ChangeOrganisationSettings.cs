using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Settings;

/// <summary>The spending limits of an organisation.</summary>
/// <param name="DailyCostLimitUsd">USD per UTC day, for all teams together; null for no limit.</param>
/// <param name="MonthlyCostLimitUsd">USD per UTC month; null for no limit.</param>
public sealed record OrganisationSettingsResponse(Money? DailyCostLimitUsd, Money? MonthlyCostLimitUsd);

/// <summary>Changes the settings of an organisation. Absent members keep their values.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="DailyCostLimitUsd">USD per UTC day; null removes the limit.</param>
/// <param name="MonthlyCostLimitUsd">USD per UTC month; null removes the limit.</param>
public sealed record ChangeOrganisationSettingsCommand(Guid OrganisationId, Patch<Money?> DailyCostLimitUsd, Patch<Money?> MonthlyCostLimitUsd)
    : ICommand<OrganisationSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class ChangeOrganisationSettingsValidator : AbstractValidator<ChangeOrganisationSettingsCommand>
{
    public ChangeOrganisationSettingsValidator()
    {
        RuleFor(command => command.DailyCostLimitUsd.Value).Usd().OverridePropertyName("DailyCostLimitUsd");
        RuleFor(command => command.MonthlyCostLimitUsd.Value).Usd().OverridePropertyName("MonthlyCostLimitUsd");
    }
}

internal sealed class ChangeOrganisationSettingsHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines)
    : IRequestHandler<ChangeOrganisationSettingsCommand, OrganisationSettingsResponse>
{
    public async Task<OrganisationSettingsResponse> Handle(ChangeOrganisationSettingsCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationAsync(request.OrganisationId, cancellationToken);
        var organisation = await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var budgets = await lines.BeginAsync(BudgetReach.OfOrganisation(organisation.Id), cancellationToken);
        var before = ResponseOf(organisation);
        organisation.SetLimits(new OrganisationLimits
        {
            Daily = request.DailyCostLimitUsd.Or(organisation.Limits.Daily),
            Monthly = request.MonthlyCostLimitUsd.Or(organisation.Limits.Monthly),
        });
        var response = ResponseOf(organisation);
        audit.Add(
            AuditAction.OrganisationSettingsChanged, AuditSubject.Of(AuditSubjectKind.Organisation, organisation.Id, organisation.Id), before, response);
        await db.SaveChangesAsync(cancellationToken);
        await lines.FollowAsync(budgets, cancellationToken);
        return response;
    }

    private static OrganisationSettingsResponse ResponseOf(Organisation organisation) => new(organisation.Limits.Daily, organisation.Limits.Monthly);
}
