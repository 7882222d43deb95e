using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Persistence;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Storage;

public sealed class PartialFilesTests : IDisposable
{
    private readonly StorageOptions _options = new() { Folder = Directory.CreateTempSubdirectory("portal-partial-").FullName };
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_options.Folder, recursive: true);

    [Fact]
    public async Task Clear_UploadKilledTwoDaysAgo_GoesAndWholeFilesStay()
    {
        var store = Store();
        await store.WriteAsync("whole", new MemoryStream([1, 2, 3]), 10, TestContext.Current.CancellationToken);
        var whole = Assert.Single(Directory.GetFiles(_options.Folder, "*", SearchOption.AllDirectories));
        File.SetLastWriteTimeUtc(whole, Ago(days: 30));
        // What a process leaves that is killed while it writes: nothing of it runs on to clean up.
        File.WriteAllBytes(whole + PartialFiles.Ending, [1]);
        File.SetLastWriteTimeUtc(whole + PartialFiles.Ending, Ago(days: 2));

        Assert.Equal(1, Sweep().Clear());
        Assert.Equal([whole], Directory.GetFiles(_options.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Clear_UploadUnderWay_IsLeftAlone()
    {
        var content = new HeldStream();
        var writing = Store().WriteAsync("slow", content, 10, TestContext.Current.CancellationToken);
        var partial = Assert.Single(Directory.GetFiles(_options.Folder, "*" + PartialFiles.Ending, SearchOption.AllDirectories));
        File.SetLastWriteTimeUtc(partial, Ago(days: 0));

        Assert.Equal(0, Sweep().Clear());

        content.Finish();
        await writing;
        Assert.True(Store().Exists("slow"));
    }

    [Fact]
    public void Clear_NothingWasEverUploaded_IsNoFault() => Assert.Equal(0, Sweep().Clear());

    private DateTime Ago(int days) => _clock.GetUtcNow().UtcDateTime.AddDays(-days);

    private PartialFiles Sweep() => new(Options.Create(_options), _clock, NullLogger<PartialFiles>.Instance);

    private BlobStore Store()
    {
        var scope = new TenantScope();
        scope.Enter("org_test");
        return new BlobStore(Options.Create(_options), scope);
    }

    /// <summary>A caller who sends nothing for a while, and then is done.</summary>
    private sealed class HeldStream : MemoryStream
    {
        private readonly TaskCompletionSource _finished = new();

        public void Finish() => _finished.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _finished.Task;
            return 0;
        }
    }
}
