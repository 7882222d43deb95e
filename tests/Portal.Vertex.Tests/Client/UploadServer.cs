using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Vertex.Tests.Client;

/// <summary>One bucket on the loopback that takes resumable uploads and can fail in the ways Cloud Storage fails.</summary>
internal sealed class UploadServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MemoryStream _stored = new();
    private int _puts;

    private UploadServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>What to do with the n-th chunk (from 1): null to store it, "cut" to drop the connection, a status to answer, "keep" to store nothing.</summary>
    public Func<int, string?> OnChunk { get; set; } = _ => null;

    public bool SessionExpired { get; set; }

    public string Crc32c { get; set; } = "";

    public int Sessions { get; private set; }

    public string StartBody { get; private set; } = "";

    public string StartQuery { get; private set; } = "";

    /// <summary>First byte of each chunk that was sent.</summary>
    public List<long> SentStarts { get; } = [];

    /// <summary>First byte of each chunk that was stored.</summary>
    public List<long> ChunkStarts { get; } = [];

    public byte[] Stored => _stored.ToArray();

    public Uri Session => new(Address, "/session/1");

    public static async Task<UploadServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new UploadServer(builder.Build());
        server._app.MapPost("/upload/storage/v1/b/b/o", server.PostAsync);
        server._app.MapPut("/session/{id}", server.PutAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task PostAsync(HttpContext http)
    {
        StartQuery = http.Request.QueryString.Value!;
        StartBody = await new StreamReader(http.Request.Body).ReadToEndAsync();
        if (http.Request.Query["uploadType"] == "multipart")
        {
            await WriteObjectAsync(http);
            return;
        }

        Sessions++;
        SessionExpired = false;
        http.Response.Headers.Location = new Uri(Address, $"/session/{Sessions}").AbsoluteUri;
    }

    private async Task PutAsync(HttpContext http)
    {
        if (SessionExpired)
        {
            http.Response.StatusCode = 410;
            return;
        }

        var range = http.Request.Headers.ContentRange.ToString()["bytes ".Length..].Split('/', '-');
        if (range[0] == "*")
        {
            await AnswerAsync(http, long.Parse(range[^1], CultureInfo.InvariantCulture));
            return;
        }

        var start = long.Parse(range[0], CultureInfo.InvariantCulture);
        SentStarts.Add(start);
        var fault = OnChunk(++_puts);
        if (fault == "cut")
        {
            await http.Request.Body.ReadAtLeastAsync(new byte[1000], 1000);
            http.Abort();
            return;
        }

        var chunk = new MemoryStream();
        await http.Request.Body.CopyToAsync(chunk);
        if (int.TryParse(fault, out var status))
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsJsonAsync(new { error = new { code = status, message = "refused here" } });
            return;
        }

        if (fault is null && start == _stored.Length)
        {
            ChunkStarts.Add(start);
            chunk.WriteTo(_stored);
        }

        await AnswerAsync(http, long.Parse(range[^1], CultureInfo.InvariantCulture));
    }

    private async Task AnswerAsync(HttpContext http, long total)
    {
        if (_stored.Length == total)
        {
            await WriteObjectAsync(http);
            return;
        }

        http.Response.StatusCode = 308;
        if (_stored.Length > 0)
        {
            http.Response.Headers.Range = $"bytes=0-{_stored.Length - 1}";
        }
    }

    private async Task WriteObjectAsync(HttpContext http) =>
        await http.Response.WriteAsJsonAsync(new { name = "a/train.jsonl", bucket = "b", size = $"{_stored.Length}", generation = "7", md5Hash = "x", crc32c = Crc32c });
}
