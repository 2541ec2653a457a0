using System.Globalization;

namespace Entourage.Bench.Load;

/// <summary>The requests that the rows measure.</summary>
internal static class Requests
{
    /// <summary>The cost of every usage (USD).</summary>
    public const decimal Cost = 0.012m;

    /// <summary>The number of usages in a batch.</summary>
    public const int BatchSize = 1_000;

    private static readonly string Used = string.Create(
        CultureInfo.InvariantCulture, $"\"input_tokens\":2500,\"output_tokens\":800,\"cost_usd\":{Cost}");

    /// <summary>Builds a budget check of an agent.</summary>
    public static byte[] Budget(Guid agent) => RawRequest.Get($"/agents/{agent}/budget");

    /// <summary>Builds a usage of a session.</summary>
    public static byte[] Usage(long session) => RawRequest.Post($"/sessions/{session}/usage", $"{{{Used}}}");

    /// <summary>Builds a batch of usages, spread over the sessions.</summary>
    public static byte[] Batch(IReadOnlyList<long> sessions)
    {
        var items = Enumerable.Range(0, BatchSize).Select(item => $"{{\"session_id\":{sessions[item % sessions.Count]},{Used}}}");
        return RawRequest.Post("/sessions/usage/batch", $"{{\"items\":[{string.Join(',', items)}]}}");
    }

    /// <summary>Builds a reservation for a session.</summary>
    public static byte[] Reserve(long session) => RawRequest.Post($"/sessions/{session}/reservations", """{"estimated_cost_usd":0.02}""");

    /// <summary>Builds a usage that commits a reservation. <see cref="PutReservation"/> fills in its id.</summary>
    public static byte[] Commit(long session) =>
        RawRequest.Post($"/sessions/{session}/usage", $"{{{Used},\"reservation_id\":\"{Guid.Empty}\"}}");

    /// <summary>Copies the reservation's id from the answer that created it to the request that commits it.</summary>
    public static void PutReservation(Span<byte> commit, ReadOnlySpan<byte> reservation)
    {
        var name = "\"id\":\""u8;
        var id = reservation[(reservation.IndexOf(name) + name.Length)..][..Guid.Empty.ToString().Length];
        id.CopyTo(commit[^(id.Length + "\"}".Length)..]);
    }
}
