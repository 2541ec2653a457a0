using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Each instance stands for a process: the operating system's locks belong to the opened file.</summary>
[Platform(Exclude = "Win")]
internal sealed class WriterTurnsTests
{
    private readonly FakeTimeProvider clock = new();
    private string folder = null!;

    [SetUp]
    public void CreateFolder() => folder = Directory.CreateTempSubdirectory("entourage-turns-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Lone_writer_does_not_wait()
    {
        using var writer = Open();

        for (var turn = 0; turn < 3; turn++)
        {
            Assert.That(writer.EnterAsync().IsCompleted, Is.True);
            writer.Leave();
        }
    }

    [Test]
    public async Task Writer_waits_until_the_other_has_left()
    {
        using var first = Open();
        using var second = Open();
        await first.EnterAsync();

        var waiting = second.EnterAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        first.Leave();

        await waiting.WaitAsync(Patience.Limit);
        Assert.That(first.EnterAsync().IsCompleted, Is.False);
        second.Leave();
    }

    [Test]
    public async Task Writer_that_has_left_comes_after_the_one_that_waits()
    {
        using var first = Open();
        using var second = Open();
        var turns = new List<string>();
        await first.EnterAsync();
        for (var round = 0; round < 50; round++)
        {
            var waiting = second.EnterAsync();
            first.Leave();
            var again = first.EnterAsync();
            await waiting.WaitAsync(Patience.Limit);
            turns.Add("second");
            Assert.That(again.IsCompleted, Is.False);
            second.Leave();
            await again.WaitAsync(Patience.Limit);
            turns.Add("first");
        }

        first.Leave();
        Assert.That(turns, Is.EqualTo(Enumerable.Repeat(new[] { "second", "first" }, 50).SelectMany(pair => pair)));
    }

    [Test]
    public async Task Writer_with_more_to_write_keeps_its_turn_for_20_milliseconds()
    {
        using var first = Open();
        using var second = Open();
        await first.EnterAsync();
        var waiting = second.EnterAsync();

        first.Leave(continues: true);
        Assert.That((first.EnterAsync().IsCompleted, waiting.IsCompleted), Is.EqualTo((true, false)));
        clock.Advance(TimeSpan.FromMilliseconds(20));
        first.Leave(continues: true);

        await waiting.WaitAsync(Patience.Limit);
        second.Leave();
    }

    [Test]
    public async Task Kept_turn_that_is_not_used_passes_to_the_next()
    {
        using var first = Open();
        using var second = Open();
        await first.EnterAsync();
        first.Leave(continues: true);
        var waiting = second.EnterAsync();

        clock.Advance(TimeSpan.FromMilliseconds(19));
        Assert.That(waiting.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await waiting.WaitAsync(Patience.Limit);
        second.Leave();
    }

    [Test]
    public async Task Turn_of_a_process_that_ends_passes_to_the_next()
    {
        using var second = Open();
        using (var first = Open())
        {
            await first.EnterAsync();
        }

        await second.EnterAsync().WaitAsync(Patience.Limit);
        second.Leave();
    }

    [Test]
    public void Folder_that_is_missing_has_no_turns() => Assert.That(WriterTurns.Open(Path.Combine(folder, "missing", "e.db"), clock), Is.Null);

    private WriterTurns Open() => WriterTurns.Open(Path.Combine(folder, "e.db"), clock)!;
}
