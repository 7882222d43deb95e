using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexUploadTests
{
    private const int Chunk = 256 * 1024;

    private static readonly VertexStorageUpload s_upload = new()
    {
        Bucket = "b",
        Name = "a/train.jsonl",
        ContentType = "application/jsonl",
        Metadata = new Dictionary<string, string> { ["sha256"] = "e3b0" },
        ChunkSize = Chunk,
    };

    private static readonly byte[] s_content = Content((3 * Chunk) + 123);

    [Fact]
    public async Task Upload_WithoutFaults_GivesTheObject()
    {
        await using var server = await UploadServer.StartAsync();
        var progress = new List<long>();
        Uri? session = null;

        var stored = await UploadAsync(server, s_upload with
        {
            CreateOnly = true,
            OnProgress = progress.Add,
            OnSession = (address, _) =>
            {
                session = address;
                Assert.Empty(server.Stored);
                return Task.CompletedTask;
            },
        });

        Assert.Equal((s_content.Length, 7, "x"), (stored.Size, stored.Generation, stored.Md5Hash));
        Assert.Equal(s_content, server.Stored);
        Assert.Equal(server.Session, session);
        Assert.Equal([Chunk, 2 * Chunk, 3 * Chunk], progress);
        Assert.Equal("?uploadType=resumable&name=a%2Ftrain.jsonl&ifGenerationMatch=0", server.StartQuery);
        Assert.Contains("""
            "metadata":{"sha256":"e3b0"}
            """, server.StartBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("503")]
    [InlineData("429")]
    [InlineData("keep")]
    public async Task Upload_BreakingInTheMiddle_GoesOnWhereItStopped(string fault)
    {
        await using var server = await UploadServer.StartAsync();
        server.OnChunk = put => put is 2 or 3 or 4 ? fault : null;

        var stored = await UploadAsync(server, s_upload);

        Assert.Equal(s_content.Length, stored.Size);
        Assert.Equal(s_content, server.Stored);
        Assert.Equal([0, Chunk, 2 * Chunk, 3 * Chunk], server.ChunkStarts);
        Assert.Single(server.SentStarts, start => start == 0);
        Assert.Equal(1, server.Sessions);
    }

    [Fact]
    public async Task Upload_GivenUp_IsTakenUpFromItsSession()
    {
        await using var server = await UploadServer.StartAsync();
        server.OnChunk = put => put > 2 ? "cut" : null;
        Uri? session = null;
        var exception = await Assert.ThrowsAsync<VertexException>(() => UploadAsync(server, s_upload with
        {
            OnSession = (address, _) =>
            {
                session = address;
                return Task.CompletedTask;
            },
        }));
        Assert.Equal((VertexErrorStatus.Unreachable, true), (exception.Status, exception.IsTransient));

        server.OnChunk = _ => null;
        await UploadAsync(server, s_upload with { Session = session });

        Assert.Equal(s_content, server.Stored);
        Assert.Equal([0, Chunk, 2 * Chunk, 3 * Chunk], server.ChunkStarts);
        Assert.Single(server.SentStarts, start => start == 0);
        Assert.Equal(1, server.Sessions);
    }

    [Fact]
    public async Task Upload_AlreadyComplete_GivesTheObjectWithoutSendingAgain()
    {
        await using var server = await UploadServer.StartAsync();
        await UploadAsync(server, s_upload);
        var chunks = server.ChunkStarts.Count;

        var stored = await UploadAsync(server, s_upload with { Session = server.Session });

        Assert.Equal(s_content.Length, stored.Size);
        Assert.Equal(chunks, server.ChunkStarts.Count);
    }

    [Fact]
    public async Task Session_Expired_IsReplaced()
    {
        await using var server = await UploadServer.StartAsync();
        server.SessionExpired = true;
        Uri? session = null;

        await UploadAsync(server, s_upload with
        {
            Session = new Uri(server.Address, "/session/0"),
            OnSession = (address, _) =>
            {
                session = address;
                return Task.CompletedTask;
            },
        });

        Assert.Equal(server.Session, session);
        Assert.Equal(s_content, server.Stored);
    }

    [Fact]
    public async Task Chunk_RefusedForGood_IsAFailureAtOnce()
    {
        await using var server = await UploadServer.StartAsync();
        var puts = 0;
        server.OnChunk = put => $"{(puts = put) * 0 + 412}";

        var exception = await Assert.ThrowsAsync<VertexException>(() => UploadAsync(server, s_upload));

        Assert.Equal((412, "refused here", 1), (exception.HttpStatus, exception.Message, puts));
    }

    [Fact]
    public async Task Service_StoringNothingForEver_IsAFailure()
    {
        await using var server = await UploadServer.StartAsync();
        server.OnChunk = _ => "keep";

        var exception = await Assert.ThrowsAsync<VertexException>(() => UploadAsync(server, s_upload));

        Assert.True(exception.IsTransient);
    }

    [Fact]
    public async Task Object_StoredDamaged_IsAFailure()
    {
        await using var server = await UploadServer.StartAsync();
        server.Crc32c = "AAAAAA==";

        var exception = await Assert.ThrowsAsync<VertexException>(() => UploadAsync(server, s_upload));

        Assert.Equal(VertexErrorStatus.DataLoss, exception.Status);
    }

    [Fact]
    public async Task Object_Empty_IsSentWithoutASession()
    {
        await using var server = await UploadServer.StartAsync();
        server.Crc32c = "AAAAAA==";

        var stored = await UploadAsync(server, s_upload, []);

        Assert.Equal(0, stored.Size);
        Assert.Equal(0, server.Sessions);
        Assert.StartsWith("?uploadType=multipart&name=a%2Ftrain.jsonl", server.StartQuery, StringComparison.Ordinal);
        Assert.Contains("sha256", server.StartBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_Cancelled_EndsAsSuch()
    {
        await using var server = await UploadServer.StartAsync();
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => UploadAsync(server, s_upload with { OnProgress = _ => cancellation.Cancel() }, s_content, cancellation.Token));

        Assert.True(server.Stored.Length < s_content.Length);
    }

    private static async Task<VertexStorageObject> UploadAsync(
        UploadServer server, VertexStorageUpload upload, byte[]? content = null, CancellationToken cancellationToken = default)
    {
        using var rig = new VertexRig();
        var storage = rig.Storage(VertexRig.Options with { BaseAddress = server.Address });
        return await storage.UploadAsync(upload, new MemoryStream(content ?? s_content), cancellationToken);
    }

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
