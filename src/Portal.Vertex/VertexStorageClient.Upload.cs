using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Uploads. Source: vertex-ai.md 8.2.</content>
public sealed partial class VertexStorageClient
{
    private const int MaxFaults = 5;

    /// <summary>
    /// Uploads the whole of a seekable stream in a resumable session, goes on after faults, and checks the CRC32C of what is stored.
    /// </summary>
    /// <returns>The object with its size, hashes and generation.</returns>
    /// <exception cref="VertexException">Still failing after several pauses (go on later with <see cref="VertexStorageUpload.Session"/>); HTTP 412 if
    /// <see cref="VertexStorageUpload.CreateOnly"/> and the object exists; DATA_LOSS if what is stored is not what was sent.</exception>
    public async Task<VertexStorageObject> UploadAsync(VertexStorageUpload upload, Stream content, CancellationToken cancellationToken)
    {
        if (!content.CanSeek)
        {
            throw new ArgumentException("Only a seekable stream can be taken up again where it stopped.", nameof(content));
        }

        var stored = content.Length == 0
            ? await UploadEmptyAsync(upload, cancellationToken)
            : await UploadInSessionAsync(upload, content, cancellationToken);
        return stored.Crc32c.Length == 0 || stored.Crc32c == await Crc32cAsync(content, cancellationToken)
            ? stored
            : throw new VertexException(200, VertexErrorStatus.DataLoss, $"'{upload.Name}' was stored damaged.") { IsTransient = true };
    }

    private async Task<VertexStorageObject> UploadInSessionAsync(VertexStorageUpload upload, Stream content, CancellationToken cancellationToken)
    {
        var session = upload.Session ?? await StartSessionAsync(upload, content.Length, cancellationToken);
        var resumed = upload.Session is not null;
        var safe = 0L;
        for (var faults = 0; ;)
        {
            using var attempt = new VertexUploadSession(session, content, upload, _transport.Patience);
            try
            {
                return await attempt.RunAsync(resumed, cancellationToken);
            }
            catch (VertexException exception) when (exception.HttpStatus is 404 or 410 && resumed)
            {
                session = await StartSessionAsync(upload, content.Length, cancellationToken);
                resumed = false;
            }
            catch (VertexException exception) when (exception.IsTransient)
            {
                var isFurther = attempt.Position > safe;
                faults = isFurther ? 1 : faults + 1;
                safe = Math.Max(safe, attempt.Position);
                // Going on with the rest repeats nothing.
                if (faults > MaxFaults || (!isFurther && !_transport.Retries.TrySpend()))
                {
                    throw;
                }

                resumed = true;
                await Task.Delay(Backoff(faults), _transport.Clock, cancellationToken);
            }
        }
    }

    /// <summary>A session that is never used does no harm, so starting one may be repeated.</summary>
    private async Task<Uri> StartSessionAsync(VertexStorageUpload upload, long length, CancellationToken cancellationToken)
    {
        using var response = await _transport.OpenAsync(
            HttpMethod.Post,
            UploadAddress(upload, "resumable"),
            VertexCallKind.Safe,
            Description(upload),
            cancellationToken,
            headers =>
            {
                headers.Add("X-Upload-Content-Type", upload.ContentType);
                headers.Add("X-Upload-Content-Length", $"{length}");
            });
        var session = response.Headers.Location
            ?? throw VertexErrorReader.FromGarbage((int)response.StatusCode, VertexCallKind.Safe, new IOException("No session address."));
        if (upload.OnSession is { } onSession)
        {
            await onSession(session, cancellationToken);
        }

        return session;
    }

    /// <summary>Without a session: Google's library never ends an empty upload that is answered 308 (vertex-ai.md 8.2).</summary>
    private Task<VertexStorageObject> UploadEmptyAsync(VertexStorageUpload upload, CancellationToken cancellationToken)
    {
        var boundary = $"part-{Guid.NewGuid():N}";
        var metadata = JsonSerializer.Serialize(Description(upload), VertexJson.Options);
        var body = $"--{boundary}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{metadata}\r\n"
            + $"--{boundary}\r\nContent-Type: {upload.ContentType}\r\n\r\n\r\n--{boundary}--\r\n";
        return _transport.SendAsync<VertexStorageObject>(
            HttpMethod.Post,
            UploadAddress(upload, "multipart"),
            VertexCallKind.Safe,
            new VertexRawBody(Encoding.UTF8.GetBytes(body), MediaTypeHeaderValue.Parse($"multipart/related; boundary={boundary}")),
            cancellationToken);
    }

    private static VertexStorageObject Description(VertexStorageUpload upload) =>
        new() { Name = upload.Name, ContentType = upload.ContentType, Metadata = upload.Metadata };

    private Uri UploadAddress(VertexStorageUpload upload, string type) => Address(
        $"upload/storage/v1/b/{Segment(upload.Bucket)}/o"
        + VertexQuery.Of(("uploadType", type), ("name", upload.Name), ("ifGenerationMatch", upload.CreateOnly ? "0" : null)));

    private static async Task<string> Crc32cAsync(Stream content, CancellationToken cancellationToken)
    {
        var crc = new VertexCrc32c();
        var buffer = new byte[128 * 1024];
        content.Position = 0;
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            crc.Append(buffer.AsSpan(0, read));
        }

        return crc.ToBase64();
    }

    private TimeSpan Backoff(int faults)
    {
        var pause = _transport.Patience.BaseDelay * Math.Pow(2, faults - 1) * (0.5 + Random.Shared.NextDouble());
        return pause < _transport.Patience.MaxDelay ? pause : _transport.Patience.MaxDelay;
    }
}
