using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Budgets;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>
/// Recomputes every total from the usage records and the live reservations, which are the truth, and compares it with what
/// is stored (rule 5). Each organisation is verified on its own: what goes wrong with one is reported, and the others are verified all the same.
/// </summary>
/// <param name="Repair">Whether to store the recomputed totals where they differ.</param>
public sealed record VerifyTotalsCommand(bool Repair) : ILedgerCommand<VerificationReport>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>What a verification found.</summary>
/// <param name="Records">The usage records that were read.</param>
/// <param name="Folded">The usage records that are folded into sums, which were read in their place.</param>
/// <param name="Totals">The totals that were compared: budget counters, sessions, rollups and cost summaries.</param>
/// <param name="Differences">Each total that is not the sum of its records, in words; none when all is well.</param>
/// <param name="Repaired">Whether the totals that differed were put right, save those of organisations with trouble.</param>
public sealed record VerificationReport(long Records, long Folded, long Totals, IReadOnlyList<string> Differences, bool Repaired)
{
    /// <summary>
    /// What kept totals from being recomputed, in words: rows whose session is gone, values of a wrong type, an organisation that could not be
    /// verified. None when all is well. The totals of an organisation with trouble are not put right: they may be all that is left of its figures.
    /// </summary>
    public IReadOnlyList<string> Troubles { get; init; } = [];
}

internal sealed class VerifyTotalsHandler(IEntourageDb db, IStoreIntegrity integrity, CrossedLines lines) : IRequestHandler<VerifyTotalsCommand, VerificationReport>
{
    public async Task<VerificationReport> Handle(VerifyTotalsCommand request, CancellationToken cancellationToken)
    {
        var findings = new VerificationFindings();
        var corrupt = await FindCorruptAsync(request.Repair, findings, cancellationToken);

        // In one order, as the ledger holds them.
        var organisations = await db.Organisations.AsNoTracking()
            .Select(organisation => new { organisation.Id, organisation.Name })
            .OrderBy(organisation => organisation.Id)
            .ToListAsync(cancellationToken);
        foreach (var organisation in organisations)
        {
            var name = $"organisation {organisation.Id} ({organisation.Name})";
            var own = new VerificationFindings();
            own.Troubles.AddRange(corrupt[organisation.Id].Select(value => $"{name}: {value.Row}."));
            await VerifyAsync(
                own,
                name,
                organisation.Id,
                request.Repair,
                repair => new OrganisationVerification(db, organisation.Id, name, own, repair).RunAsync,
                cancellationToken);
            findings.Add(own);
        }

        var rest = new VerificationFindings();
        rest.Troubles.AddRange(corrupt[Guid.Empty].Select(value => $"{value.Row}."));
        await VerifyAsync(
            rest, "what belongs to no organisation", null, request.Repair, repair => new OrphanVerification(db, rest, repair).RunAsync, cancellationToken);
        findings.Add(rest);
        return findings.ToReport(request.Repair);
    }

    /// <summary>The corrupt values that are no totals, by organisation. Those of totals are differences that a repair takes away.</summary>
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
        var known = findings.Troubles.ToArray();
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
            // Whatever it is: the other organisations are verified all the same.
            findings.Troubles.Add($"{name} could not be verified: {exception.Message}");
        }
    }

    private async Task<bool> RepairAsync(
        VerificationFindings findings,
        string name,
        Guid? organisationId,
        Func<TotalsRepair?, Func<CancellationToken, Task>> verify,
        CancellationToken cancellationToken)
    {
        var budgets = organisationId is { } id ? await lines.BeginAsync(BudgetReach.OfAll(id), cancellationToken) : null;
        var repair = new TotalsRepair(db);
        await verify(repair)(cancellationToken);
        if (organisationId is not null && findings is { Troubles.Count: > 0, Differences.Count: > 0 })
        {
            findings.Troubles.Add($"{name}: its totals are not put right while this stands.");
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
