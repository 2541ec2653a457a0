using System.Text.Json.Serialization;
using AutoMapper;
using AutoMapper.QueryableExtensions;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>How a list of usage records is sorted.</summary>
public enum UsageSort
{
    /// <summary>In the order of recording, the newest first.</summary>
    Recorded,

    /// <summary>By cost, the most expensive first.</summary>
    Cost,
}

/// <summary>Lists the usage of a session. A search looks in models and errors.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Sort">The order.</param>
public sealed record ListUsageQuery(long SessionId, PageRequest Page, UsageSort Sort = UsageSort.Recorded) : IQuery<Page<UsageRecordResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

/// <summary>A usage record.</summary>
public sealed record UsageRecordResponse
{
    /// <summary>The position in the order of recording.</summary>
    public required long Sequence { get; init; }

    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The session that used it.</summary>
    public required long SessionId { get; init; }

    /// <summary>When the money was spent (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>
    /// Whether that time was stated by the caller, or is the time of receipt because the clock of the caller's program was too far off.
    /// </summary>
    public required TimeSource TimeSource { get; init; }

    /// <summary>When it was recorded (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The model; null if unknown.</summary>
    public required string? Model { get; init; }

    /// <summary>The model that a call through the gateway asked for, if it was sent to another one; null otherwise.</summary>
    public required string? RequestedModel { get; init; }

    /// <summary>The labels: those of the session, and its own.</summary>
    public required LabelSet Labels { get; init; }

    /// <summary>Whether the gateway lowered the call's output limit to what the budgets had left.</summary>
    public required bool OutputLimitLowered { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public required long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public required long CacheWriteTokens { get; init; }

    /// <summary>The cache-write tokens that were written for an hour.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public required long LongCacheWriteTokens { get; init; }

    /// <summary>Whether the call used the provider's batch API.</summary>
    public required bool Batch { get; init; }

    /// <summary>The sequence of the corrected record: the same usage, priced later. A correction adds the difference in cost and no tokens.</summary>
    public required long? Corrects { get; init; }

    /// <summary>The cost (USD); zero while it is unpriced. For a correction the difference, which can be negative.</summary>
    public required Money CostUsd { get; init; }

    /// <summary>The part of the cost that no reservation covered and no hard budget had left (USD).</summary>
    public required Money OverrunUsd { get; init; }

    /// <summary>The reservation that the usage named, if any.</summary>
    public required Guid? ReservationId { get; init; }

    /// <summary>The price in force for the model, if any.</summary>
    public required long? PriceId { get; init; }

    /// <summary>The cost by that price and class of tokens; null if there was no price.</summary>
    public required PricedCost? Price { get; init; }

    /// <summary>Whether the stated cost differs from the price by more than a fifth.</summary>
    public bool CostDiffers => Price is { } price && CostSource == CostSource.Reported && ModelPrice.Differs(CostUsd, price.TotalUsd);

    /// <summary>The source of the cost.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>
    /// Whether the cost is an estimate: it is assumed, taken from the reservation, priced with a rate missing, or of an answer that broke off.
    /// </summary>
    public required bool Estimated { get; init; }

    /// <summary>How the usage is billed.</summary>
    public required Billing Billing { get; init; }

    /// <summary>The error of a failed call, if any.</summary>
    public required string? Error { get; init; }
}

/// <summary>The source of a usage's time.</summary>
public enum TimeSource
{
    /// <summary>The caller stated it.</summary>
    [JsonStringEnumMemberName("told")]
    Reported,

    /// <summary>The time at which the usage was received.</summary>
    Receipt,
}

/// <summary>The cost of a usage by its price.</summary>
public sealed record PricedCost
{
    /// <summary>The cost of input tokens (USD).</summary>
    public required Money InputUsd { get; init; }

    /// <summary>The cost of output tokens (USD).</summary>
    public required Money OutputUsd { get; init; }

    /// <summary>The cost of cache-read tokens (USD).</summary>
    public required Money CacheReadUsd { get; init; }

    /// <summary>The cost of cache-write tokens (USD).</summary>
    public required Money CacheWriteUsd { get; init; }

    /// <summary>The total cost (USD).</summary>
    public Money TotalUsd => InputUsd + OutputUsd + CacheReadUsd + CacheWriteUsd;
}

internal sealed class UsageRecordProfile : Profile
{
    public UsageRecordProfile() => CreateMap<UsageRecord, UsageRecordResponse>()
        .ForMember(response => response.CostUsd, member => member.MapFrom(record => record.Cost))
        .ForMember(response => response.OutputLimitLowered, member => member.MapFrom(record => record.IsOutputLimitLowered))
        .ForMember(response => response.Estimated, member => member.MapFrom(record => record.IsEstimated))
        .ForMember(response => response.TimeSource, member => member.MapFrom(record => record.IsTimeOfReceipt ? TimeSource.Receipt : TimeSource.Reported))
        .ForMember(response => response.Batch, member => member.MapFrom(record => record.IsBatch))
        .ForMember(response => response.CostDiffers, member => member.Ignore())
        .ForMember(response => response.Price, member => member.MapFrom(record => record.InputCost == null ? null : new PricedCost
        {
            InputUsd = record.InputCost.Value,
            OutputUsd = record.OutputCost!.Value,
            CacheReadUsd = record.CacheReadCost!.Value,
            CacheWriteUsd = record.CacheWriteCost!.Value,
        }))
        .ForMember(response => response.OverrunUsd, member => member.MapFrom(record => record.Overrun))
        .ForMember(response => response.Model, member => member.MapFrom(record => record.Model == "" ? null : record.Model));
}

internal sealed class ListUsageValidator : ListValidator<ListUsageQuery>;

internal sealed class ListUsageHandler(IEntourageDb db, IMapper mapper) : IRequestHandler<ListUsageQuery, Page<UsageRecordResponse>>
{
    public async Task<Page<UsageRecordResponse>> Handle(ListUsageQuery request, CancellationToken cancellationToken)
    {
        var session = await db.Sessions.GetAsync(request.SessionId, "session", cancellationToken);
        var order = new ListOrder<UsageRecord, UsageRecordResponse>(request.Page, ListDirection.Descending);
        if (request.Sort == UsageSort.Cost)
        {
            order.By(record => record.Cost, response => response.CostUsd);
        }

        order.By(record => record.Sequence, response => response.Sequence);
        var records = db.UsageRecords.AsNoTracking()
            .Where(record => record.SessionId == request.SessionId)
            .Matching(request.Page, record => record.Model, record => record.Error);
        var found = await order.Read(records).ProjectTo<UsageRecordResponse>(mapper.ConfigurationProvider).ToListAsync(cancellationToken);
        return order.ToPage([.. found.Select(record => record with { Labels = session.Labels.With(record.Labels) })]);
    }
}
