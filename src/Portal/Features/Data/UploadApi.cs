using Microsoft.AspNetCore.Http.Metadata;
using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Hosting;

namespace Portal.Features.Data;

/// <summary>Files come and go over HTTP: a circuit is made for clicks, not for gigabytes.</summary>
internal static class UploadApi
{
    public static void MapUploads(this WebApplication app)
    {
        var project = app.MapOrganization().MapGroup("/projects/{projectId}");
        project.MapGet("/uploads", AllowanceAsync);
        project.MapPost("/uploads", ReceiveAsync).RequireAntiforgeryToken().WithMetadata(new NoSizeLimit());
        project.MapGet("/set-aside.csv", SetAsideAsync);
    }

    /// <summary>Asked before anything is sent, so that an ended session or a file too large costs nobody an upload.</summary>
    private static async Task<IResult> AllowanceAsync(string projectId, ProjectService projects, DatasetService datasets, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        return Results.Json(new { maxBytes = datasets.MaxUploadBytes, tooLarge = TooLarge(datasets.MaxUploadBytes) });
    }

    private static async Task<IResult> ReceiveAsync(string projectId, HttpRequest request, DatasetService datasets, CancellationToken ct)
    {
        if (request.ContentLength > datasets.MaxUploadBytes)
        {
            return Results.Problem(TooLarge(datasets.MaxUploadBytes), statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        var name = Uri.UnescapeDataString(request.Headers["X-File-Name"].ToString());
        var receipt = await datasets.ReceiveAsync(projectId, name, request.Body, ct);
        return Results.Json(new { importId = receipt.ImportId, fileName = receipt.FileName, isRepeat = receipt.IsRepeat });
    }

    private static async Task<IResult> SetAsideAsync(string projectId, ProjectService projects, FindingService findings, CurrentMember current, CancellationToken ct)
    {
        // Before the first byte: once the file streams, a refusal could not be answered any more.
        current.Require(Permission.ReadRows);
        await projects.GetAsync(projectId, ct);
        return Results.Stream(
            async body =>
            {
                await using var text = new StreamWriter(body, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
                await foreach (var line in findings.SetAsideCsvAsync(projectId, ct))
                {
                    await text.WriteAsync(line.AsMemory(), ct);
                }
            },
            "text/csv; charset=utf-8", "rows-set-aside.csv");
    }

    private static string TooLarge(long maximum) => $"The file is larger than {Show.Bytes(maximum)}, the most that can be uploaded. Split it, or remove what the task does not need.";

    /// <summary>The blob store counts the bytes itself, with a message a person can use.</summary>
    private sealed class NoSizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
