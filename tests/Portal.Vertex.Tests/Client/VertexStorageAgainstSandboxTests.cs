using Portal.Vertex.Contracts;
using Portal.Vertex.Tests.Sandbox;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexStorageAgainstSandboxTests
{
    private const int Chunk = 256 * 1024;

    [Fact]
    public async Task Object_FromUploadToDelete_KeepsItsBytesAndHashes()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var rig = new VertexRig();
        var storage = Storage(rig, sandbox);
        var content = Content();
        await storage.CreateBucketAsync(new VertexStorageBucket { Name = "t-acme", Location = "EU" }, default);

        var stored = await storage.UploadAsync(Upload("a/Prüfung 1.jsonl"), new MemoryStream(content), default);
        var read = await storage.GetObjectAsync("t-acme", "a/Prüfung 1.jsonl", default);
        using var downloaded = new MemoryStream();
        await storage.DownloadAsync("t-acme", "a/Prüfung 1.jsonl", downloaded, default);

        Assert.Equal((stored.Generation, stored.Crc32c, stored.Md5Hash, (long?)content.Length), (read.Generation, read.Crc32c, read.Md5Hash, read.Size));
        Assert.NotEqual("", stored.Crc32c);
        Assert.Equal("acme", read.Metadata["tenant"]);
        Assert.Equal(content, downloaded.ToArray());
        Assert.Equal(["a/Prüfung 1.jsonl"], await storage.ListObjectsAsync("t-acme", "a/", default).Select(item => item.Name).ToListAsync());
        Assert.True(await storage.DeleteObjectAsync("t-acme", "a/Prüfung 1.jsonl", default));
        Assert.Empty(await storage.ListObjectsAsync("t-acme", null, default).ToListAsync());
    }

    [Fact]
    public async Task Object_Empty_IsStoredWithItsMetadata()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var rig = new VertexRig();
        var storage = Storage(rig, sandbox);
        await storage.CreateBucketAsync(new VertexStorageBucket { Name = "t-acme", Location = "EU" }, default);

        var stored = await storage.UploadAsync(Upload("empty"), new MemoryStream(), default);

        Assert.Equal((0L, "AAAAAA==", "application/jsonl"), (stored.Size, stored.Crc32c, stored.ContentType));
        Assert.Equal("acme", stored.Metadata["tenant"]);
    }

    [Fact]
    public async Task Bucket_AtAPlaceStorageHasNot_Is400()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var rig = new VertexRig();

        var exception = await Assert.ThrowsAsync<VertexException>(
            () => Storage(rig, sandbox).CreateBucketAsync(new VertexStorageBucket { Name = "t-acme", Location = "global" }, default));

        Assert.Equal((400, VertexErrorStatus.InvalidArgument), (exception.HttpStatus, exception.Status));
    }

    [Fact]
    public async Task CreateOnly_OfWhatExists_Is412()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var rig = new VertexRig();
        var storage = Storage(rig, sandbox);
        await storage.CreateBucketAsync(new VertexStorageBucket { Name = "t-acme", Location = "EU" }, default);
        await storage.UploadAsync(Upload("once"), new MemoryStream(Content()), default);

        var exception = await Assert.ThrowsAsync<VertexException>(
            () => storage.UploadAsync(Upload("once") with { CreateOnly = true }, new MemoryStream(Content()), default));

        Assert.Equal((412, VertexErrorStatus.FailedPrecondition), (exception.HttpStatus, exception.Status));
    }

    [Fact]
    public async Task Bucket_ThatIsMissing_IsNotFound()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var rig = new VertexRig();

        var exception = await Assert.ThrowsAsync<VertexException>(() => Storage(rig, sandbox).GetBucketAsync("nowhere", default));

        Assert.Equal((404, VertexErrorStatus.NotFound, false), (exception.HttpStatus, exception.Status, exception.IsTransient));
    }

    private static VertexStorageUpload Upload(string name) => new()
    {
        Bucket = "t-acme",
        Name = name,
        ContentType = "application/jsonl",
        Metadata = new Dictionary<string, string> { ["tenant"] = "acme" },
        ChunkSize = Chunk,
    };

    private static VertexStorageClient Storage(VertexRig rig, RunningSandbox sandbox) =>
        rig.Storage(VertexRig.Options with { BaseAddress = new Uri(sandbox.Address) });

    private static byte[] Content()
    {
        var bytes = new byte[(2 * Chunk) + 77];
        new Random(3).NextBytes(bytes);
        return bytes;
    }
}
