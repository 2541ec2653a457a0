using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Reservations;

/// <summary>Holds a live reservation for longer: a call that takes long keeps its money.</summary>
/// <param name="Id">Which.</param>
/// <param name="TtlSeconds">How long from now, in seconds: 1 to 3,600. It never shortens what was granted.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
public sealed record ExtendReservationCommand(Guid Id, long? TtlSeconds, string? IdempotencyKey) : ILedgerCommand<ReservationResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Reservation(Id));

    /// <inheritdoc/>
    public string IdempotencyScope => $"reservations/{Id}/extend";
}

internal sealed class ExtendReservationValidator : AbstractValidator<ExtendReservationCommand>
{
    public ExtendReservationValidator() => RuleFor(command => command.TtlSeconds).NotNull().Ttl();
}

internal sealed class ExtendReservationHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<ExtendReservationCommand, ReservationResponse>
{
    public async Task<ReservationResponse> Handle(ExtendReservationCommand request, CancellationToken cancellationToken)
    {
        var entry = new ExtendEntry(request.Id, TimeSpan.FromSeconds(request.TtlSeconds!.Value), time.GetUtcNow(), IdempotencyToken.Of(request));
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}
