using Entourage.Testing;

namespace Entourage.Api.Tests.Startup;

/// <summary>Files may contain secrets, so only their owner can read them, whatever the umask.</summary>
internal sealed class FileModeTests(Store store) : DatabaseFixture(store)
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private string Home => Path.Combine(Path.GetDirectoryName(Database.FilePath)!, "home");

    private string Folder => Path.Combine(Path.GetDirectoryName(Database.FilePath)!, "made", "for", "it");

    [SetUp]
    public void NeedsModes()
    {
        Assume.That(Store == Store.Sqlite, "SQL Server has no files of ours");
        Assume.That(OperatingSystem.IsWindows(), Is.False, "Windows has no file modes");
    }

    [TestCase("000")]
    [TestCase("022")]
    [TestCase("077")]
    public async Task Created_files_and_folders_are_readable_only_by_their_owner(string umask)
    {
        Directory.CreateDirectory(Home);
        var confinement = new Confinement(Umask: umask);
        var connection = $"Data Source={Path.Combine(Folder, "entourage.db")}";
        var setting = $"--ConnectionStrings:Entourage={connection}";
        var copy = Path.Combine(Folder, "copy.db");
        await using (var process = await ApiProcess.StartAsync(
            Database, confinement, new Dictionary<string, string> { ["ConnectionStrings:Entourage"] = connection }, Home))
        {
            _ = await (await process.Api.CreateTeamAsync()).StartAsync();
            using var page = await process.Api.Http.GetAsync(new Uri("/", UriKind.Relative));
            await RunAsync(confinement, ["backup", copy, setting]);
            CheckModes(["entourage.db", "entourage.db-wal", "entourage.db-shm", "entourage.db.in-use", "entourage.db.migrating", "entourage.db.queue", "entourage.db.turn", "copy.db"]);
            await process.KillAsync();
        }

        await RunAsync(confinement, ["restore", copy, setting]);
        CheckModes(["entourage.db", "copy.db"]);
        Assert.That(Directory.GetFiles(Folder, "*.replaced-*"), Is.Not.Empty);
    }

    [Test]
    public async Task Old_files_are_restricted_and_existing_folders_are_left_alone()
    {
        await using (var process = await ApiProcess.StartAsync(Database))
        {
            _ = await process.Api.CreateTeamAsync();
            await process.KillAsync();
        }

        const UnixFileMode Loose = OwnFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var folder = Path.GetDirectoryName(Database.FilePath)!;
        var before = OwnFolder | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        SetMode(folder, before);
        foreach (var file in Directory.GetFiles(folder))
        {
            SetMode(file, Loose);
        }

        await using var next = await ApiProcess.StartAsync(Database);
        Assert.That(Directory.GetFiles(folder).Select(file => (file, ModeOf(file))), Is.All.Matches<(string, UnixFileMode Mode)>(file => file.Mode == OwnFile));
        Assert.That(ModeOf(folder), Is.EqualTo(before));
    }

    private void CheckModes(IReadOnlyList<string> names)
    {
        Assert.That(Directory.GetFiles(Folder).Select(Path.GetFileName), Is.SupersetOf(names));
        var root = Path.GetDirectoryName(Database.FilePath)!;
        Assert.Multiple(() =>
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            {
                Assert.That(ModeOf(file), Is.EqualTo(OwnFile), file);
            }

            foreach (var folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Where(folder => folder != Home))
            {
                Assert.That(ModeOf(folder), Is.EqualTo(OwnFolder), folder);
            }
        });
    }

    private async Task RunAsync(Confinement confinement, params string[] arguments)
    {
        var (exitCode, output) = await ApiProcess.RunConfinedAsync(Database, confinement, arguments);
        Assert.That(exitCode, Is.Zero, output);
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
