using Microsoft.Net.Http.Headers;
using Portal.Features.Tenancy;
using Portal.Hosting;

namespace Portal.Features.Data;

/// <summary>
/// Hands a file of a row to a page's player. It is somebody's upload, so it is never a page: a name of ours, downloaded where it is opened by
/// itself, and without any right where a browser shows it all the same.
/// </summary>
internal static class MediaApi
{
    public static void MapMedia(this WebApplication app) => app.MapOrganization().MapGet("/projects/{projectId}/media/{mediaId}", OpenAsync);

    private static async Task<IResult> OpenAsync(string projectId, string mediaId, MediaService media, HttpResponse response, CancellationToken ct)
    {
        var (content, file) = await media.OpenAsync(projectId, mediaId, ct);
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"{file.Sha256[..12]}{MediaTypes.EndingOf(file.MimeType)}" }.ToString();
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Results.Stream(content, MediaTypes.ShownAs(file.MimeType), enableRangeProcessing: true);
    }
}
