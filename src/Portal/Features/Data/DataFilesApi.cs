using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Files on their way to examples, for programs.</summary>
internal static class DataFilesApi
{
    private const string Files = "Files";

    public static void MapDataFiles(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{projectId}");
        project.MapGet("/files", ListAsync).Reads().Says<ListAnswer<FileAnswer>>(Files, "List files", "The last 25 uploaded files, the newest first.");
        project.MapPost("/files", ReceiveAsync).Writes().WithMetadata(new DisableRequestSizeLimitAttribute()).Accepts<IFormFile>("multipart/form-data").Says<FileAnswer>(Files, "Upload a file",
            "CSV, JSON Lines, JSON, XLSX, or one of them in gzip or zip, as the part \"file\" of a form. A file that is here already is pointed to, not kept twice.", 201, 200);
        project.MapGet("/files/{importId}", GetAsync).Reads().Says<FileAnswer>(Files, "Read a file's state", "How far an import has come, and what became of it.");
        project.MapGet("/files/{importId}/preview", PreviewAsync).ReadsRows().Says<PreviewAnswer>(Files, "Preview a file", "The first rows as they would be read, and the guessed layout and mapping.");
        project.MapPost("/files/{importId}/import", ImportAsync).Writes().Takes<ImportBody>().Says<FileAnswer>(Files, "Import a file",
            "Reads the file into examples. Without a body the layout and mapping are guessed, or those of the last file of the same make. "
            + "With ?wait=60 the answer comes when it is done, after 60 seconds at most: 200 if it is, 202 if it goes on.", 200, 202);
        var uploads = project.MapGroup("/uploads");
        uploads.MapPost("", BeginAsync).Writes().Takes<UploadBody>().Says<OpenUpload>(Files, "Begin an upload in parts", "For large files: a connection that breaks costs one part. Begun again, it finds the parts that are here.", 201);
        uploads.MapGet("/{uploadId}", OpenAsync).Writes().Says<OpenUpload>(Files, "Read an upload's parts", "Which parts are here, each with its hash.");
        uploads.MapPut("/{uploadId}/parts/{number}", PutPartAsync).Writes().WithMetadata(new DisableRequestSizeLimitAttribute()).Accepts<Stream>("application/octet-stream").Says<PartAnswer>(Files, "Send a part",
            "Parts are counted from 0, come in any order, and replace themselves when sent again. X-Part-SHA256 has the part checked.");
        uploads.MapPost("/{uploadId}/finish", FinishAsync).Writes().Says<FileAnswer>(Files, "Finish an upload", "Makes one file of the parts. Asked again, it answers the same.", 201, 200);
        uploads.MapDelete("/{uploadId}", DiscardAsync).Writes().Produces(204).Is(Files, "Discard an upload", "Gives back the room that its parts take.");
    }

    internal static async Task<T> WaitAsync<T>(HttpContext http, string? wait, Func<Task<T>> read, Func<T, bool> isUnderWay)
    {
        var (atMost, time) = (DataWords.Wait(wait), http.RequestServices.GetRequiredService<TimeProvider>());
        var started = time.GetTimestamp();
        var now = await read();
        while (isUnderWay(now) && time.GetElapsedTime(started) < atMost)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, http.RequestAborted);
            now = await read();
        }

        return now;
    }

    private static async Task<IResult> ListAsync(string projectId, DatasetService datasets, CancellationToken ct) =>
        Results.Json(new ListAnswer<FileAnswer>([.. (await datasets.OverviewAsync(projectId, ct)).Imports.Select(i => FileAnswer.Of(i))]));

    private static async Task<IResult> GetAsync(string projectId, string importId, DatasetService datasets, CancellationToken ct) =>
        Results.Json(FileAnswer.Of(await datasets.FindAsync(projectId, importId, ct)));

    private static async Task<IResult> PreviewAsync(string projectId, string importId, DatasetService datasets, CancellationToken ct)
    {
        await datasets.FindAsync(projectId, importId, ct);
        var preview = await datasets.PreviewAsync(importId, null, ct);
        return Results.Json(new PreviewAnswer(LayoutBody.Of(preview.Layout), preview.Columns, MappingBody.Of(preview.Mapping), preview.IsRemembered, preview.Rows, preview.Examples, preview.Choices));
    }

    private static async Task<IResult> ReceiveAsync(string projectId, HttpContext http, UploadService uploads, DatasetService datasets, PostedOnce once)
    {
        var (name, content) = await OpenBodyAsync(http);
        return await once.AnswerAsync(http, name, () => AdmittedAsync(projectId, () => uploads.ReceiveAsync(projectId, name, content, null, http.RequestAborted), datasets, http.RequestAborted));
    }

    private static Task<IResult> ImportAsync(string projectId, string importId, string? wait, HttpContext http, DatasetService datasets, FindingService findings, FindingReport report, PostedOnce once) =>
        once.AnswerAsync<ImportBody>(http, async body =>
        {
            var ct = http.RequestAborted;
            DataWords.Wait(wait);
            var file = await datasets.FindAsync(projectId, importId, ct);
            var guess = await datasets.GuessAsync(importId, body.Layout?.On(file.Layout), ct);
            var startedId = await datasets.StartImportAsync(importId, guess.Layout, body.Mapping?.On(guess.Mapping, guess.Columns) ?? guess.Mapping, ct);
            var import = await WaitAsync(http, wait, () => datasets.FindAsync(projectId, startedId, ct), i => i.IsUnderWay);
            return import.State is ImportState.Failed
                ? throw await report.RefusalAsync(import, await findings.ListAsync(import.Id, null, ct), "importFailed", import.Failure, ct)
                : new KeyAnswer(import.IsUnderWay ? StatusCodes.Status202Accepted : StatusCodes.Status200OK, FileAnswer.Of(import), AddressOf(import));
        });

    private static Task<IResult> BeginAsync(string projectId, HttpContext http, UploadService uploads, PostedOnce once) => once.AnswerAsync<UploadBody>(http, async body =>
    {
        var length = body.Length ?? throw DataWords.Wrong("length", "is missing");
        var open = await SizedAsync(() => uploads.BeginAsync(projectId, body.FileName ?? "", length, body.Sha256, http.RequestAborted));
        return new KeyAnswer(StatusCodes.Status201Created, open, $"{KeyApi.Root}/projects/{projectId}/uploads/{open.UploadId}");
    });

    private static async Task<IResult> OpenAsync(string projectId, string uploadId, UploadService uploads, CancellationToken ct) => Results.Json(await uploads.GetAsync(projectId, uploadId, ct));

    private static async Task<IResult> PutPartAsync(string projectId, string uploadId, string number, HttpRequest request, UploadService uploads, CancellationToken ct)
    {
        var part = int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : throw DataWords.Wrong("number", "is a part's number, from 0");
        var sha256 = request.Headers["X-Part-SHA256"].ToString();
        await SizedAsync(async () =>
        {
            await uploads.PutPartAsync(projectId, uploadId, part, request.Body, sha256 is "" ? null : sha256, ct);
            return part;
        });
        return Results.Json(new PartAnswer(part));
    }

    private static Task<IResult> FinishAsync(string projectId, string uploadId, HttpContext http, UploadService uploads, DatasetService datasets, PostedOnce once) =>
        once.AnswerAsync(http, uploadId, () => AdmittedAsync(projectId, () => uploads.FinishAsync(projectId, uploadId, http.RequestAborted), datasets, http.RequestAborted));

    private static async Task<IResult> DiscardAsync(string projectId, string uploadId, UploadService uploads, CancellationToken ct)
    {
        await uploads.DiscardAsync(projectId, uploadId, ct);
        return Results.NoContent();
    }

    private static async Task<KeyAnswer> AdmittedAsync(string projectId, Func<Task<UploadReceipt>> receive, DatasetService datasets, CancellationToken ct)
    {
        var receipt = await SizedAsync(receive);
        var import = await datasets.FindAsync(projectId, receipt.ImportId, ct);
        return new KeyAnswer(receipt.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created, FileAnswer.Of(import, receipt.IsRepeat), AddressOf(import));
    }

    private static async Task<T> SizedAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (UploadTooLargeException large)
        {
            throw new CallRefusedException(StatusCodes.Status413PayloadTooLarge, "tooLarge", large.Message, large);
        }
    }

    /// <summary>A form's first file, or the body as it is under the name of a header. It is read as it comes, never held.</summary>
    private static async Task<(string Name, Stream Content)> OpenBodyAsync(HttpContext http)
    {
        var request = http.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var name = Uri.UnescapeDataString(request.Headers["X-File-Name"].ToString());
            return name is not "" ? (name, request.Body) : throw NoFile();
        }

        if (HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is not { Length: > 0 and <= 200 } boundary)
        {
            throw NoFile();
        }

        var parts = new MultipartReader(boundary, request.Body);
        while (await parts.ReadNextSectionAsync(http.RequestAborted) is { } part)
        {
            if (part.AsFileSection() is { FileStream: { } content } file)
            {
                return (file.FileName, content);
            }
        }

        throw NoFile();
    }

    private static CallRefusedException NoFile() => new(StatusCodes.Status400BadRequest, "badRequest",
        "There is no file in this call. Send it as the part \"file\" of a form (curl: -F file=@examples.csv), or as the body with its name in X-File-Name.");

    private static string AddressOf(DatasetImport import) => $"{KeyApi.Root}/projects/{import.ProjectId}/files/{import.Id}";

    internal sealed record PartAnswer(int Number);
}
