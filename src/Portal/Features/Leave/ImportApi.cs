using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>Archives come over HTTP, in parts, by the same protocol as data files: a circuit is made for clicks, not for gigabytes.</summary>
internal static class ImportApi
{
    public static void MapImports(this WebApplication app)
    {
        var organization = app.MapOrganization();
        organization.MapGet("/imports", AllowanceAsync);
        organization.MapGet("/imported-logs/{logId}/audit.jsonl", LogAsync);
        var parts = organization.MapGroup("/imports").RequireAntiforgeryToken();
        parts.MapPost("/begin", BeginAsync);
        parts.MapPut("/{importId}/parts/{number:int}", PutPartAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
        parts.MapPost("/{importId}/finish", FinishAsync);
        parts.MapDelete("/{importId}", DiscardAsync);
    }

    /// <summary>Asked before anything is sent, so that an archive too large costs nobody an upload.</summary>
    internal static IResult AllowanceAsync(ImportService imports, CurrentMember current)
    {
        current.Require(Permission.ImportOrganization);
        return Results.Json(new { maxBytes = imports.MaxBytes, tooLarge = imports.TooLarge });
    }

    internal static Task<IResult> BeginAsync(BeginImport begin, ImportService imports, CancellationToken ct) =>
        AnswerAsync(async () => Results.Json(await imports.BeginAsync(begin.FileName ?? "", begin.Length, ct)));

    internal static Task<IResult> PutPartAsync(string importId, int number, HttpRequest request, ImportService imports, CancellationToken ct) => AnswerAsync(async () =>
    {
        var sha256 = request.Headers["X-Part-SHA256"].ToString();
        await imports.PutPartAsync(importId, number, request.Body, sha256 is "" ? null : sha256, ct);
        return Results.Json(new { number });
    });

    internal static Task<IResult> FinishAsync(string importId, ImportService imports, CancellationToken ct) => AnswerAsync(async () =>
    {
        await imports.FinishAsync(importId, ct);
        return Results.Json(new { importId });
    });

    internal static async Task<IResult> DiscardAsync(string importId, ImportService imports, CancellationToken ct)
    {
        await imports.DiscardAsync(importId, ct);
        return Results.NoContent();
    }

    internal static async Task<IResult> LogAsync(string logId, ImportService imports, CancellationToken ct)
    {
        var (log, content) = await imports.OpenLogAsync(logId, ct);
        return Results.Stream(content, "application/jsonl", string.Create(CultureInfo.InvariantCulture, $"audit-{log.SourceId}-{log.ImportedAt:yyyy-MM-dd}.jsonl"));
    }

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (StorageFullException full)
        {
            return Results.Problem(full.Message, statusCode: StatusCodes.Status507InsufficientStorage);
        }
    }

    internal sealed record BeginImport(string? FileName, long Length);
}
