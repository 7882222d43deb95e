using Microsoft.AspNetCore.Mvc;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>Files come and go over HTTP: a circuit is made for clicks, not for gigabytes.</summary>
internal static class UploadApi
{
    public static void MapUploads(this WebApplication app)
    {
        var project = app.MapOrganization().MapGroup("/projects/{projectId}");
        project.MapGet("/uploads", AllowanceAsync);
        project.MapPost("/uploads", ReceiveAsync).RequireAntiforgeryToken().WithMetadata(new DisableRequestSizeLimitAttribute());
        var parts = project.MapGroup("/uploads").RequireAntiforgeryToken();
        parts.MapPost("/begin", BeginAsync);
        parts.MapPut("/{uploadId}/parts/{number:int}", PutPartAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
        parts.MapPost("/{uploadId}/finish", FinishAsync);
        parts.MapDelete("/{uploadId}", DiscardAsync);
        project.MapGet("/set-aside.csv", SetAsideAsync);
    }

    /// <summary>Asked before anything is sent, so that an ended session or a file too large costs nobody an upload.</summary>
    private static async Task<IResult> AllowanceAsync(string projectId, UploadService uploads, CancellationToken ct) =>
        Results.Json(new { maxBytes = uploads.MaxBytes, tooLarge = uploads.TooLarge, open = await uploads.ListAsync(projectId, ct) });

    private static async Task<IResult> ReceiveAsync(string projectId, HttpRequest request, UploadService uploads, CancellationToken ct)
    {
        var name = Uri.UnescapeDataString(request.Headers["X-File-Name"].ToString());
        return await AnswerAsync(() => uploads.ReceiveAsync(projectId, name, request.Body, request.ContentLength, ct));
    }

    private static Task<IResult> BeginAsync(string projectId, BeginUpload begin, UploadService uploads, CancellationToken ct) =>
        AnswerAsync(() => uploads.BeginAsync(projectId, begin.FileName ?? "", begin.Length, begin.Sha256, ct));

    private static Task<IResult> PutPartAsync(string projectId, string uploadId, int number, HttpRequest request, UploadService uploads, CancellationToken ct) =>
        AnswerAsync(async () =>
        {
            var sha256 = request.Headers["X-Part-SHA256"].ToString();
            await uploads.PutPartAsync(projectId, uploadId, number, request.Body, sha256 is "" ? null : sha256, ct);
            return new { number };
        });

    private static Task<IResult> FinishAsync(string projectId, string uploadId, UploadService uploads, CancellationToken ct) =>
        AnswerAsync(() => uploads.FinishAsync(projectId, uploadId, ct));

    private static async Task<IResult> DiscardAsync(string projectId, string uploadId, UploadService uploads, CancellationToken ct)
    {
        await uploads.DiscardAsync(projectId, uploadId, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> AnswerAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return Results.Json(await act());
        }
        catch (UploadTooLargeException large)
        {
            return Results.Problem(large.Message, statusCode: StatusCodes.Status413PayloadTooLarge);
        }
        catch (StorageFullException full)
        {
            return Results.Problem(full.Message, statusCode: StatusCodes.Status507InsufficientStorage);
        }
    }

    private static async Task<IResult> SetAsideAsync(string projectId, ProjectService projects, FindingService findings, CancellationToken ct)
    {
        // Before the first byte: once the file streams, a refusal could not be answered any more.
        await projects.GetAsync(projectId, ct);
        await findings.RecordExportAsync(projectId, ct);
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

    private sealed record BeginUpload(string? FileName, long Length, string? Sha256);
}
