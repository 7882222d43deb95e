using System.Globalization;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace Portal.Sandbox.Storage;

/// <summary>Sends the content of an object, whole or one range of it.</summary>
internal sealed class ObjectDownload(StoredObject stored, FileStream content, Preconditions preconditions) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var _ = content;
        preconditions.Check(stored);
        var response = httpContext.Response;
        response.ContentType = stored.Attributes.ContentType ?? "application/octet-stream";
        response.Headers.ETag = $"\"{stored.Etag}\"";
        response.Headers.LastModified = stored.UpdatedAt.ToString("R", CultureInfo.InvariantCulture);
        response.Headers["x-goog-generation"] = stored.Generation.ToString(CultureInfo.InvariantCulture);
        response.Headers["x-goog-metageneration"] = stored.Metageneration.ToString(CultureInfo.InvariantCulture);
        response.Headers["x-goog-stored-content-length"] = stored.Size.ToString(CultureInfo.InvariantCulture);
        response.Headers["x-goog-stored-content-encoding"] = stored.Attributes.ContentEncoding ?? "identity";
        response.Headers["x-goog-hash"] = stored.HashHeader;
        response.Headers.CacheControl = stored.Attributes.CacheControl ?? "private, max-age=0";
        // Uploaded content is nobody's page: it must never run under the sandbox's own address.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox";

        if (stored.Attributes.ContentEncoding == "gzip" && !AcceptsGzip(httpContext.Request))
        {
            await SendUnpackedAsync(response, httpContext.RequestAborted);
            return;
        }

        if (stored.Attributes.ContentEncoding is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
        }

        await SendAsync(httpContext, response);
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "gzip" && encoding.Quality is null or > 0);

    private async Task SendUnpackedAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        await using var unpacked = new GZipStream(content, CompressionMode.Decompress);
        await unpacked.CopyToAsync(response.Body, cancellationToken);
    }

    private async Task SendAsync(HttpContext httpContext, HttpResponse response)
    {
        var (first, last) = (0L, stored.Size - 1);
        if (httpContext.Request.GetTypedHeaders().Range is { Ranges.Count: 1, Unit.Value: "bytes" } asked)
        {
            (first, last) = Resolve(asked.Ranges.Single());
            if (first > last)
            {
                response.Headers.ContentRange = $"bytes */{stored.Size}";
                throw new StorageException(416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.");
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {first}-{last}/{stored.Size}";
        }

        response.ContentLength = last - first + 1;
        content.Seek(first, SeekOrigin.Begin);
        var buffer = new byte[1 << 17];
        for (var left = last - first + 1; left > 0;)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), httpContext.RequestAborted);
            await response.Body.WriteAsync(buffer.AsMemory(0, read), httpContext.RequestAborted);
            left -= read;
        }
    }

    private (long First, long Last) Resolve(RangeItemHeaderValue range) => range switch
    {
        { From: { } from } => (from, Math.Min(range.To ?? long.MaxValue, stored.Size - 1)),
        { To: { } suffix } => (Math.Max(0, stored.Size - suffix), suffix == 0 ? -1 : stored.Size - 1),
        _ => (0, stored.Size - 1),
    };
}
