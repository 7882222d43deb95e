using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Downloads. Source: vertex-ai.md 8.1.</content>
public sealed partial class VertexStorageClient
{
    /// <summary>Writes the object to <paramref name="destination"/>, going on where a broken connection stopped, and checks its CRC32C.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="VertexException">DATA_LOSS if what arrived is not what is stored.</exception>
    public async Task<long> DownloadAsync(string bucket, string name, Stream destination, CancellationToken cancellationToken)
    {
        var download = new Download(destination);
        for (var faults = 0; ;)
        {
            var before = download.Written;
            download.IsReading = false;
            try
            {
                await ReadOnAsync(bucket, name, download, cancellationToken);
                download.Verify(name);
                return download.Written;
            }
            catch (VertexException exception) when (exception.HttpStatus == 0 && download.IsReading)
            {
                faults = download.Written > before ? 1 : faults + 1;
                // Going on with the rest repeats nothing.
                if (faults > MaxFaults || (download.Written == before && !_transport.Retries.TrySpend()))
                {
                    throw;
                }

                await Task.Delay(Backoff(faults), _transport.Clock, cancellationToken);
            }
        }
    }

    private async Task ReadOnAsync(string bucket, string name, Download download, CancellationToken cancellationToken)
    {
        // The generation pins the object: the rest must come from the same one as the beginning.
        var query = VertexQuery.Of(("alt", "media"), ("generation", download.Generation));
        using var response = await _transport.OpenAsync(
            HttpMethod.Get,
            Address(ObjectPath(bucket, name) + query),
            VertexCallKind.Download,
            body: null,
            cancellationToken,
            headers => headers.Range = download.Written > 0 ? new RangeHeaderValue(download.Written, null) : null);
        if (download.Written > 0 && response.StatusCode != HttpStatusCode.PartialContent)
        {
            throw VertexErrorReader.FromGarbage((int)response.StatusCode, VertexCallKind.Download, new IOException("The range was ignored."));
        }

        download.Note(response.Headers);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new VertexIdleReader(body, _transport, VertexCallKind.Download, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var read)
            {
                await download.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Download(Stream destination)
    {
        private readonly VertexCrc32c _crc = new();
        private string? _expected;

        public long Written { get; private set; }

        public string? Generation { get; private set; }

        /// <summary>An answer has begun: what breaks now was not retried yet.</summary>
        public bool IsReading { get; set; }

        public void Note(HttpResponseHeaders headers)
        {
            IsReading = true;
            Generation ??= headers.TryGetValues("x-goog-generation", out var generations) ? generations.First() : null;

            // The hash is of what is stored, which is not what arrives if the service unpacks it on the way.
            var packed = headers.TryGetValues("x-goog-stored-content-encoding", out var encodings) && encodings.First() != "identity";
            _expected ??= !packed && headers.TryGetValues("x-goog-hash", out var hashes)
                ? hashes.SelectMany(hash => hash.Split(',')).Select(hash => hash.Trim())
                    .FirstOrDefault(hash => hash.StartsWith("crc32c=", StringComparison.Ordinal))?["crc32c=".Length..]
                : null;
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(bytes, cancellationToken);
            _crc.Append(bytes.Span);
            Written += bytes.Length;
        }

        public void Verify(string name)
        {
            if (_expected is not null && _expected != _crc.ToBase64())
            {
                throw new VertexException(200, VertexErrorStatus.DataLoss, $"'{name}' arrived damaged.") { IsTransient = true };
            }
        }
    }
}
