using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Budgets;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>
/// Recomputes every total from usage records and live reservations and compares it with the stored one (rule 5). Organisations are verified
/// separately: a problem with one is reported, and the others are still verified.
/// </summary>
/// <param name="Repair">Whether to store the recomputed totals if they differ.</param>
public sealed record VerifyTotalsCommand(bool Repair) : ILedgerCommand<VerificationReport>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>The result of a verification.</summary>
/// <param name="Records">The number of usage records read.</param>
/// <param name="Compacted">The number of compacted usage records, which were read as sums.</param>
/// <param name="Totals">The number of totals compared: budget counters, sessions, rollups and cost summaries.</param>
/// <param name="Differences">Each total that is not the sum of its records, in plain words; empty if all agree.</param>
/// <param name="Repaired">Whether differing totals were corrected, except those of organisations with problems.</param>
public sealed record VerificationReport(long Records, long Compacted, long Totals, IReadOnlyList<string> Differences, bool Repaired)
{
    /// <summary>
    /// Problems that prevented totals from being recomputed, in plain words: rows without their session, values of a wrong type, or an organisation
    /// that could not be verified. Empty if there are none. The totals of an organisation with problems are not corrected, because they may be all
    /// that is left of its figures.
    /// </summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

internal sealed class VerifyTotalsHandler(IEntourageDb db, IStoreIntegrity integrity, CrossedLines lines, TimeProvider time) : IRequestHandler<VerifyTotalsCommand, VerificationReport>
{
    public async Task<VerificationReport> Handle(VerifyTotalsCommand request, CancellationToken cancellationToken)
    {
        var findings = new VerificationFindings();
        var corrupt = await FindCorruptAsync(request.Repair, findings, cancellationToken);
        var organisations = await db.Organisations.AsNoTracking()
            .Select(organisation => new { organisation.Id, organisation.Name })
            .OrderBy(organisation => organisation.Id)
            .ToListAsync(cancellationToken);
        foreach (var organisation in organisations)
        {
            var name = $"organisation {organisation.Id} ({organisation.Name})";
            var own = new VerificationFindings();
            own.Problems.AddRange(corrupt[organisation.Id].Select(value => $"{name}: {value.Row}."));
            await VerifyAsync(
                own,
                name,
                organisation.Id,
                request.Repair,
                repair => new OrganisationVerification(db, organisation.Id, name, time.GetUtcNow(), own, repair).RunAsync,
                cancellationToken);
            findings.Add(own);
        }

        var rest = new VerificationFindings();
        rest.Problems.AddRange(corrupt[Guid.Empty].Select(value => $"{value.Row}."));
        await VerifyAsync(
            rest, "what belongs to no organisation", null, request.Repair, repair => new OrphanVerification(db, rest, repair).RunAsync, cancellationToken);
        findings.Add(rest);
        return findings.ToReport(request.Repair);
    }

    /// <summary>
    /// Finds corrupt values and returns those that are not totals, by organisation. Corrupt totals are reported as differences, which a repair
    /// corrects.
    /// </summary>
    private async Task<ILookup<Guid, CorruptValue>> FindCorruptAsync(bool repair, VerificationFindings findings, CancellationToken cancellationToken)
    {
        var corrupt = await integrity.FindCorruptValuesAsync(cancellationToken);
        findings.Differences.AddRange(corrupt.Where(value => value.IsTotal).Select(value => $"{value.Row}"));
        if (repair && corrupt.Any(value => value.IsTotal))
        {
            await db.InTransactionAsync(
                async inTransaction =>
                {
                    await integrity.CleanTotalsAsync(inTransaction);
                    return true;
                },
                cancellationToken);
        }

        return corrupt.Where(value => !value.IsTotal).ToLookup(value => value.OrganisationId ?? Guid.Empty);
    }

    private async Task VerifyAsync(
        VerificationFindings findings,
        string name,
        Guid? organisationId,
        bool repair,
        Func<TotalsRepair?, Func<CancellationToken, Task>> verify,
        CancellationToken cancellationToken)
    {
        var known = findings.Problems.ToArray();
        try
        {
            if (repair)
            {
                await db.InTransactionAsync(
                    inTransaction =>
                    {
                        findings.BeginWith(known);
                        return RepairAsync(findings, name, organisationId, verify, inTransaction);
                    },
                    cancellationToken);
            }
            else
            {
                await db.InSnapshotAsync(
                    async inTransaction =>
                    {
                        findings.BeginWith(known);
                        await verify(null)(inTransaction);
                        return true;
                    },
                    cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever the fault, the other organisations are still verified.
            findings.Problems.Add($"{name} could not be verified: {exception.Message}");
        }
    }

    private async Task<bool> RepairAsync(
        VerificationFindings findings,
        string name,
        Guid? organisationId,
        Func<TotalsRepair?, Func<CancellationToken, Task>> verify,
        CancellationToken cancellationToken)
    {
        BudgetSnapshot? budgets = null;
        if (organisationId is { } id)
        {
            await db.LockOrganisationAsync(id, cancellationToken);
            budgets = await lines.BeginAsync(BudgetReach.OfAll(id), cancellationToken);
        }

        var repair = new TotalsRepair(db);
        await verify(repair)(cancellationToken);
        if (organisationId is not null && findings is { Problems.Count: > 0, Differences.Count: > 0 })
        {
            findings.Problems.Add($"{name}: its totals are not corrected until this is fixed.");
            return false;
        }

        await repair.SaveAsync(cancellationToken);
        if (budgets is not null && findings.Differences.Count > 0)
        {
            await lines.FollowAsync(budgets, cancellationToken);
        }

        return true;
    }
}
