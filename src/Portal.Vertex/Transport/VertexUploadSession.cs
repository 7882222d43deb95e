using System.Text.Json;
using Google;
using Google.Apis.Http;
using Google.Apis.Upload;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Transport;

/// <summary>One go at a resumable session, by Google's library; the session's address needs no token.</summary>
internal sealed class VertexUploadSession : ResumableUpload, IDisposable
{
    /// <summary>
    /// Google's library sends a chunk again, at once and without end, as long as the service answers that it has stored nothing of it.
    /// </summary>
    private const int MaxIdleRounds = 2;

    private readonly Uri _session;
    private readonly ConfigurableHttpClient _http;
    private readonly CancellationTokenSource _stuck = new();
    private int _idleRounds;
    private VertexStorageObject? _stored;
    private Exception? _garbage;

    public VertexUploadSession(Uri session, Stream content, VertexStorageUpload upload, VertexTransportOptions patience)
        : this(session, content, upload, Client(patience))
    {
    }

    private VertexUploadSession(Uri session, Stream content, VertexStorageUpload upload, ConfigurableHttpClient http)
        : base(content, new ResumableUploadOptions { HttpClient = http, ServiceName = "storage" })
    {
        _session = session;
        _http = http;
        ChunkSize = upload.ChunkSize;
        ProgressChanged += progress =>
        {
            if (progress.Status == UploadStatus.Uploading)
            {
                Watch(progress.BytesSent);
                upload.OnProgress?.Invoke(progress.BytesSent);
            }
        };
    }

    /// <summary>Bytes known to be stored; 0 until the first chunk has been answered.</summary>
    public long Position { get; private set; }

    /// <param name="resume">Ask first how much the service has.</param>
    public async Task<VertexStorageObject> RunAsync(bool resume, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stuck.Token);
        IUploadProgress result;
        try
        {
            result = resume ? await ResumeAsync(_session, either.Token) : await UploadAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault(exception);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return result switch
        {
            { Status: UploadStatus.Completed } when _stored is not null => _stored,
            { Exception: GoogleApiException refused } => throw VertexErrorReader.FromGoogle(refused),
            { Exception: { } fault } => throw Fault(fault),
            _ => throw VertexErrorReader.FromGarbage(200, VertexCallKind.Safe, _garbage ?? new JsonException("No object.")),
        };
    }

    public override Task<Uri> InitiateSessionAsync(CancellationToken cancellationToken = default) => Task.FromResult(_session);

    protected override void ProcessResponse(HttpResponseMessage httpResponse)
    {
        try
        {
            using var body = httpResponse.Content.ReadAsStream();
            _stored = JsonSerializer.Deserialize<VertexStorageObject>(body, VertexJson.Options);
        }
        catch (JsonException exception)
        {
            _garbage = exception;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _stuck.Dispose();
    }

    private VertexException Fault(Exception exception) => VertexErrorReader.FromTransport(
        _stuck.IsCancellationRequested ? new IOException("no more of the upload is being stored.", exception) : exception, VertexCallKind.Safe);

    private void Watch(long position)
    {
        _idleRounds = position > Position ? 0 : _idleRounds + 1;
        Position = Math.Max(position, Position);
        if (_idleRounds > MaxIdleRounds)
        {
            _stuck.Cancel();
        }
    }

    private static ConfigurableHttpClient Client(VertexTransportOptions patience)
    {
        var http = new HttpClientFactory().CreateHttpClient(new CreateHttpClientArgs { ApplicationName = "Portal.Vertex" });
        http.Timeout = patience.ChunkTimeout;
        return http;
    }
}
