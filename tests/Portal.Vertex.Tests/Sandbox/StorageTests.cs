using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class StorageTests
{
    private const int Quantum = 256 * 1024;

    [Fact]
    public async Task Upload_Text_NamesBothHashes()
    {
        await using var sandbox = await WithBucketAsync();

        // The check value every CRC catalogue gives for CRC-32C is E3069283.
        var stored = await UploadAsync(sandbox, "a b/ü.txt", "123456789");

        Assert.Equal("4waSgw==", (string?)stored["crc32c"]);
        Assert.Equal("JfnnlDI7RTiF9RgfG2JNCw==", (string?)stored["md5Hash"]);
        Assert.Equal("9", (string?)stored["size"]);
        Assert.Equal("text/plain; charset=utf-8", (string?)stored["contentType"]);
        Assert.Equal("a b/ü.txt", (string?)stored["name"]);
    }

    [Theory]
    [InlineData("storage/v1/")]
    [InlineData("")]
    public async Task Download_WholeAndRange_GivesBytesAndHash(string root)
    {
        await using var sandbox = await WithBucketAsync();
        await UploadAsync(sandbox, "a/b.txt", "123456789");

        using var whole = await sandbox.Http.GetAsync($"{root}b/data/o/a%2Fb.txt?alt=media");
        using var range = await GetRangeAsync(sandbox, $"{root}b/data/o/a%2Fb.txt?alt=media", 2, 4);
        using var beyond = await GetRangeAsync(sandbox, $"{root}b/data/o/a%2Fb.txt?alt=media", 9, 12);

        Assert.Equal("123456789", await whole.Content.ReadAsStringAsync());
        Assert.Equal("crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==", Assert.Single(whole.Headers.GetValues("x-goog-hash")));
        Assert.Equal("identity", Assert.Single(whole.Headers.GetValues("x-goog-stored-content-encoding")));
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal("345", await range.Content.ReadAsStringAsync());
        Assert.Equal("bytes 2-4/9", range.Content.Headers.ContentRange?.ToString());
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("%2e%2e%2fetc")]
    [InlineData("a%2Fb")]
    [InlineData("a+b c?d#e")]
    public async Task Object_AnyName_IsDecodedOnceAndStaysInTheFolder(string name)
    {
        await using var sandbox = await WithBucketAsync();

        await UploadAsync(sandbox, name, "x");

        var found = await sandbox.Http.GetFromJsonAsync<JsonObject>(ObjectUrl(name));
        Assert.Equal(name, (string?)found!["name"]);
        Assert.All(Directory.EnumerateFiles(Path.Combine(sandbox.Folder, "storage", "data")), path => Assert.Matches("^[0-9a-f]{40}\\.[0-9]+$", Path.GetFileName(path)));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(sandbox.Folder, "storage", "data")));
    }

    [Fact]
    public async Task Multipart_WithMetadata_KeepsItAndPatches()
    {
        await using var sandbox = await WithBucketAsync();
        using var body = new MultipartContent("related")
        {
            JsonContent.Create(new { name = "m.jsonl", metadata = new { tenant = "t1", run = "r1" }, contentType = "application/jsonl" }),
            new StringContent("{}"),
        };

        using var reply = await sandbox.Http.PostAsync("upload/storage/v1/b/data/o?uploadType=multipart", body);
        var stored = await ReadAsync(reply);
        using var patched = await sandbox.Http.PatchAsync(ObjectUrl("m.jsonl"), JsonContent.Create(new { metadata = new Dictionary<string, string?> { ["run"] = null, ["more"] = "1" } }));
        var after = await ReadAsync(patched);

        Assert.Equal("application/jsonl", (string?)stored["contentType"]);
        Assert.Equal("""{"tenant":"t1","more":"1"}""", after["metadata"]!.ToJsonString());
        Assert.Equal("2", (string?)after["metageneration"]);
        Assert.Equal((string?)stored["generation"], (string?)after["generation"]);
    }

    [Fact]
    public async Task Upload_WrongHash_IsRefusedAndLeavesNothing()
    {
        await using var sandbox = await WithBucketAsync();
        using var body = new MultipartContent("related") { JsonContent.Create(new { name = "m", md5Hash = "JfnnlDI7RTiF9RgfG2JNCw==" }), new StringContent("other") };

        using var reply = await sandbox.Http.PostAsync("upload/storage/v1/b/data/o?uploadType=multipart", body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        using var missing = await sandbox.Http.GetAsync(ObjectUrl("m"));
        Assert.Equal("notFound", (string?)(await ReadAsync(missing))["error"]!["errors"]![0]!["reason"]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(sandbox.Folder, "storage", "uploads")));
    }

    [Fact]
    public async Task Preconditions_StaleGeneration_Is412()
    {
        await using var sandbox = await WithBucketAsync();
        var generation = (string?)(await UploadAsync(sandbox, "g", "1"))["generation"];

        using var again = await sandbox.Http.PostAsync("upload/storage/v1/b/data/o?uploadType=media&name=g&ifGenerationMatch=0", new StringContent("2"));
        using var right = await sandbox.Http.PostAsync($"upload/storage/v1/b/data/o?uploadType=media&name=g&ifGenerationMatch={generation}", new StringContent("3"));
        using var stale = await sandbox.Http.DeleteAsync(ObjectUrl("g") + $"?ifGenerationMatch={generation}");

        Assert.Equal(HttpStatusCode.PreconditionFailed, again.StatusCode);
        Assert.Equal("conditionNotMet", (string?)(await ReadAsync(again))["error"]!["errors"]![0]!["reason"]);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal("3", await sandbox.Http.GetStringAsync(ObjectUrl("g") + "?alt=media"));
    }

    [Fact]
    public async Task List_PrefixDelimiterPages_CoverEverythingOnce()
    {
        await using var sandbox = await WithBucketAsync();
        foreach (var name in new[] { "a", "d/1", "d/2", "d/e/3", "f/1", "z" })
        {
            await UploadAsync(sandbox, name, "x");
        }

        var seen = new List<string>();
        for (string? token = ""; token is not null;)
        {
            var page = (await sandbox.Http.GetFromJsonAsync<JsonObject>($"storage/v1/b/data/o?delimiter=/&maxResults=2&pageToken={Uri.EscapeDataString(token)}"))!;
            seen.AddRange((page["items"]?.AsArray() ?? []).Select(item => (string)item!["name"]!));
            seen.AddRange((page["prefixes"]?.AsArray() ?? []).Select(prefix => (string)prefix!));
            token = (string?)page["nextPageToken"];
        }

        var inside = (await sandbox.Http.GetFromJsonAsync<JsonObject>("storage/v1/b/data/o?prefix=d/&delimiter=/"))!;
        Assert.Equal(["a", "d/", "f/", "z"], seen.Order(StringComparer.Ordinal));
        Assert.Equal(["d/e/"], inside["prefixes"]!.AsArray().Select(prefix => (string)prefix!));
        Assert.Equal(2, inside["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Rewrite_CopiesContentAndAttributes()
    {
        await using var sandbox = await WithBucketAsync();
        await UploadAsync(sandbox, "from/1", "123456789");

        using var reply = await sandbox.Http.PostAsync("storage/v1/b/data/o/from%2F1/rewriteTo/b/data/o/to%2F1", null);

        var copy = await ReadAsync(reply);
        Assert.True((bool)copy["done"]!);
        Assert.Equal("4waSgw==", (string?)copy["resource"]!["crc32c"]);
        Assert.Equal("123456789", await sandbox.Http.GetStringAsync(ObjectUrl("to/1") + "?alt=media"));
    }

    [Fact]
    public async Task Bucket_Life_FollowsGoogle()
    {
        await using var sandbox = await WithBucketAsync();
        using var twice = await sandbox.Http.PostAsJsonAsync("storage/v1/b?project=p1", new { name = "data" });
        using var invalid = await sandbox.Http.PostAsJsonAsync("storage/v1/b?project=p1", new { name = "Not_Valid" });
        using var cors = await sandbox.Http.PatchAsJsonAsync("storage/v1/b/data", new { cors = new[] { new { origin = new[] { "*" }, method = new[] { "PUT" } } }, labels = new { tenant = "t1" } });
        await UploadAsync(sandbox, "x", "x");
        using var notEmpty = await sandbox.Http.DeleteAsync("storage/v1/b/data");
        await sandbox.RestartAsync();
        var kept = (await sandbox.Http.GetFromJsonAsync<JsonObject>("storage/v1/b/data"))!;
        using var object1 = await sandbox.Http.DeleteAsync(ObjectUrl("x"));
        using var gone = await sandbox.Http.DeleteAsync("storage/v1/b/data");
        using var missing = await sandbox.Http.GetAsync("b/data");

        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        Assert.Equal("PUT", (string?)kept["cors"]![0]!["method"]![0]);
        Assert.Equal("2", (string?)kept["metageneration"]);
        Assert.Equal(HttpStatusCode.Conflict, notEmpty.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal("application/json", missing.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Resumable_CutConnectionAndRestart_ContinuesFromRange()
    {
        await using var sandbox = await WithBucketAsync();
        var content = RandomNumberGenerator.GetBytes((2 * Quantum) + 12345);
        var session = await StartSessionAsync(sandbox, "big.bin", gzip: true);

        using var first = await PutAsync(sandbox, session, content.AsMemory(0, Quantum), $"bytes 0-{Quantum - 1}/{content.Length}");
        Assert.Equal(308, (int)first.StatusCode);
        Assert.Equal($"bytes=0-{Quantum - 1}", Assert.Single(first.Headers.GetValues("Range")));

        await BreakOffAsync(sandbox, session, content.AsMemory(Quantum, Quantum + 777), $"bytes {Quantum}-{content.Length - 1}/{content.Length}", content.Length - Quantum);
        await sandbox.RestartAsync();

        using var status = await PutAsync(sandbox, session, default, $"bytes */{content.Length}");
        Assert.Equal(308, (int)status.StatusCode);
        Assert.Equal($"bytes=0-{(2 * Quantum) - 1}", Assert.Single(status.Headers.GetValues("Range")));

        using var last = await PutAsync(sandbox, session, content.AsMemory(2 * Quantum), $"bytes {2 * Quantum}-{content.Length - 1}/{content.Length}");
        using var late = await PutAsync(sandbox, session, default, $"bytes */{content.Length}");
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        Assert.Equal(content, await sandbox.Http.GetByteArrayAsync(ObjectUrl("big.bin") + "?alt=media"));
    }

    [Fact]
    public async Task Resumable_Rules_AreKept()
    {
        await using var sandbox = await WithBucketAsync();
        var session = await StartSessionAsync(sandbox, "r.bin");
        using var crooked = await PutAsync(sandbox, session, new byte[100], "bytes 0-99/1000");
        using var ahead = await PutAsync(sandbox, session, new byte[Quantum], $"bytes {Quantum}-{(2 * Quantum) - 1}/*");
        using var nothing = await PutAsync(sandbox, session, default, "bytes */*");
        using var open = await PutAsync(sandbox, session, new byte[10], "bytes 0-*/*");
        using var empty = await PutAsync(sandbox, await StartSessionAsync(sandbox, "empty"), default, "bytes */0");
        var cancelled = await StartSessionAsync(sandbox, "c");
        using var cancel = await sandbox.Http.DeleteAsync(cancelled);
        using var after = await PutAsync(sandbox, cancelled, default, "bytes */*");
        using var declared = await PutAsync(sandbox, await StartSessionAsync(sandbox, "d", declared: 11), new byte[10], "bytes 0-9/10");

        Assert.Equal(HttpStatusCode.BadRequest, crooked.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ahead.StatusCode);
        Assert.Equal(308, (int)nothing.StatusCode);
        Assert.False(nothing.Headers.Contains("Range"));
        Assert.Equal("10", (string?)(await ReadAsync(open))["size"]);
        Assert.Equal("0", (string?)(await ReadAsync(empty))["size"]);
        Assert.Equal(499, (int)cancel.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, declared.StatusCode);
    }

    [Fact]
    public async Task Options_FromAnotherOrigin_MayUpload()
    {
        await using var sandbox = await WithBucketAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "upload/storage/v1/b/data/o?uploadType=resumable");
        request.Headers.Add("Origin", "https://portal.example");
        request.Headers.Add("Access-Control-Request-Headers", "content-range");

        using var reply = await sandbox.Http.SendAsync(request);

        Assert.Equal("*", Assert.Single(reply.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("content-range", Assert.Single(reply.Headers.GetValues("Access-Control-Allow-Headers")));
        Assert.Contains("Range", reply.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    private static async Task<RunningSandbox> WithBucketAsync()
    {
        var sandbox = await RunningSandbox.StartAsync();
        using var created = await sandbox.Http.PostAsJsonAsync("storage/v1/b?project=p1", new { name = "data" });
        created.EnsureSuccessStatusCode();
        return sandbox;
    }

    private static string ObjectUrl(string name) => "storage/v1/b/data/o/" + Uri.EscapeDataString(name);

    private static async Task<JsonObject> UploadAsync(RunningSandbox sandbox, string name, string content)
    {
        using var reply = await sandbox.Http.PostAsync($"upload/storage/v1/b/data/o?uploadType=media&name={Uri.EscapeDataString(name)}", new StringContent(content));
        reply.EnsureSuccessStatusCode();
        return await ReadAsync(reply);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage reply) => (await reply.Content.ReadFromJsonAsync<JsonObject>())!;

    private static async Task<HttpResponseMessage> GetRangeAsync(RunningSandbox sandbox, string url, long first, long last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(first, last);
        return await sandbox.Http.SendAsync(request);
    }

    /// <returns>Path and query only: the port changes with each start.</returns>
    private static async Task<string> StartSessionAsync(RunningSandbox sandbox, string name, bool gzip = false, long? declared = null)
    {
        var metadata = Encoding.UTF8.GetBytes($$"""{"name":"{{name}}"}""");
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            zip.Write(metadata);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "upload/storage/v1/b/data/o?uploadType=resumable")
        {
            Content = new ByteArrayContent(gzip ? packed.ToArray() : metadata),
        };
        request.Content.Headers.ContentType = new("application/json");
        if (gzip)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        if (declared is not null)
        {
            request.Headers.Add("X-Upload-Content-Length", $"{declared}");
        }

        using var reply = await sandbox.Http.SendAsync(request);
        reply.EnsureSuccessStatusCode();
        Assert.StartsWith(sandbox.Address, reply.Headers.Location!.ToString(), StringComparison.Ordinal);
        return reply.Headers.Location.PathAndQuery;
    }

    private static async Task<HttpResponseMessage> PutAsync(RunningSandbox sandbox, string session, ReadOnlyMemory<byte> content, string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, session) { Content = new ReadOnlyMemoryContent(content) };
        request.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        return await sandbox.Http.SendAsync(request);
    }

    private static async Task BreakOffAsync(RunningSandbox sandbox, string session, ReadOnlyMemory<byte> content, string range, int promised)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(sandbox.Http.BaseAddress!.Host, sandbox.Http.BaseAddress.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {session} HTTP/1.1\r\nHost: x\r\nContent-Length: {promised}\r\nContent-Range: {range}\r\n\r\n"));
        await stream.WriteAsync(content);
        var patience = Stopwatch.StartNew();
        while (BytesUnderWay(sandbox) < Quantum + content.Length && patience.Elapsed < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(10);
        }
    }

    private static long BytesUnderWay(RunningSandbox sandbox) =>
        Directory.EnumerateFiles(Path.Combine(sandbox.Folder, "storage", "uploads"), "*.part").Sum(path => new FileInfo(path).Length);
}
