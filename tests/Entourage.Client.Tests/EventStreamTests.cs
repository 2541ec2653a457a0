using System.Net;
using Entourage.Client.Contracts;
using Entourage.Testing;

namespace Entourage.Client.Tests;

/// <summary>Event streams reconnect and resume.</summary>
internal sealed class EventStreamTests : ClientFixture
{
    [Test]
    public async Task No_event_is_missed_or_repeated_while_connections_are_lost()
    {
        var (_, agent) = await CreateTeamAsync(model: ApiClient.UnlistedModel);
        var session = await Client.StartSessionAsync(new(agent.Id));
        using var interference = new Interference(async (_, send) =>
        {
            var response = await send();
            response.Content = new ShortContent(response.Content, bytes: 700);
            return response;
        });
        using var patience = new CancellationTokenSource(Patience.Limit);
        var opened = new TaskCompletionSource();
        var watch = ReadAsync(ClientThrough(interference).WatchAgentAsync(agent.Id, connected: () => opened.TrySetResult(), cancellationToken: patience.Token), 8);
        await opened.Task.WaitAsync(patience.Token);
        for (var call = 1; call <= 8; call++)
        {
            await Client.ReportUsageAsync(session.Id, new(100, 10) { CostUsd = 1 + (call / 1_000m) });
        }

        var seen = await watch;
        Assert.Multiple(() =>
        {
            Assert.That(seen.Select(item => item.Data.GetProperty("cost_usd").GetDecimal()), Is.EqualTo(Enumerable.Range(1, 8).Select(call => 1 + (call / 1_000m))));
            Assert.That(seen.Select(item => item.Position), Is.Unique);
            Assert.That(seen.Select(item => (item.Type, item.AgentId, item.SessionId)).Distinct(), Is.EqualTo(new[] { ("usage", (Guid?)agent.Id, (long?)session.Id) }));
            Assert.That(interference.Requests, Has.Count.GreaterThan(2));
        });

        var rest = await ReadAsync(Client.WatchAgentAsync(agent.Id, seen[5].Position, cancellationToken: patience.Token), 2);
        Assert.That(rest.Select(item => item.Id), Is.EqualTo(seen.Skip(6).Select(item => item.Id)));
    }

    [Test]
    public async Task An_unknown_position_starts_the_stream_from_now()
    {
        var (team, _) = await CreateTeamAsync();
        using var patience = new CancellationTokenSource(Patience.Limit);
        var opened = new TaskCompletionSource();
        var watch = ReadAsync(Client.WatchTeamAsync(team.Id, "of another store", () => opened.TrySetResult(), patience.Token), 1);
        await opened.Task.WaitAsync(patience.Token);
        await Client.ChangeSettingsAsync(team.Id, new() { DailyCostLimitUsd = 3m });
        Assert.That((await watch).Single().Type, Is.EqualTo("settings"));
    }

    [Test]
    public async Task An_unreadable_message_is_skipped()
    {
        var (team, _) = await CreateTeamAsync();
        using var interference = new Interference((_, _) => Task.FromResult(new HttpResponseMessage
        {
            Content = new StringContent("id: 1\ndata: {\"id\": 7}\n\nid: 2\ndata: not even JSON\n\nid: 3\ndata: {\"type\": \"settings\"}\n\n"),
        }));
        using var patience = new CancellationTokenSource(Patience.Limit);
        var seen = await ReadAsync(ClientThrough(interference).WatchTeamAsync(team.Id, cancellationToken: patience.Token), 1);
        Assert.That(seen.Select(item => (item.Type, item.Position)), Is.EqualTo(new[] { ("settings", "3") }));
    }

    [Test]
    public async Task A_stream_of_an_unknown_team_throws()
    {
        var refused = (await Assert.ThrowsAsync<EntourageException>(() => ReadAsync(Client.WatchTeamAsync(Guid.CreateVersion7()), 1)))!;
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static async Task<IReadOnlyList<EntourageEvent>> ReadAsync(IAsyncEnumerable<EntourageEvent> events, int count) =>
        await events.Take(count).ToListAsync();

    /// <summary>Content whose stream breaks after a number of bytes.</summary>
    private sealed class ShortContent(HttpContent inner, int bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override async Task<Stream> CreateContentReadStreamAsync() => new ShortStream(await inner.ReadAsStreamAsync(), bytes);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class ShortStream(Stream inner, int bytes) : MemoryStream
    {
        private int left = bytes;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (left == 0)
            {
                throw new IOException("The connection was reset.");
            }

            var read = await inner.ReadAsync(buffer[..Math.Min(left, buffer.Length)], cancellationToken);
            left -= read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
