using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed record VersionRowPage(IReadOnlyList<VersionExample> Rows, int Total)
{
    /// <summary>The files of rows by the rows' numbers.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<ShownMedia>> Media { get; init; } = new Dictionary<int, IReadOnlyList<ShownMedia>>();

    /// <summary>How many files the rows of the split have.</summary>
    public int Files { get; init; }

    /// <summary>How many the training and validation rows have together.</summary>
    public int AllFiles { get; init; }
}

/// <summary>Freezes versions and shows what may be seen of them.</summary>
public sealed class VersionService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, ProjectService projects, FindingService findings, Redactor redactor, IBackgroundJobClient jobs, TimeProvider time)
{
    public const int PageSize = 25;

    public bool MayRead => current.May(Permission.ReadRows);

    /// <summary>Whoever may change the data may see what a placeholder stands for: they could have kept the value.</summary>
    public bool MayRestore => MayRead && current.MayChange() && !current.IsBreakGlass;

    /// <summary>A break-glass visit looks and takes nothing away.</summary>
    public bool MayDownload => MayRead && !current.IsBreakGlass;

    /// <summary>Begins to freeze the rows worked on now; a worker does the rest.</summary>
    /// <param name="method">One that the columns of the file allow; null takes what they propose.</param>
    public async Task<DatasetVersion> FreezeAsync(string projectId, string note, SplitMethod? method, CancellationToken ct)
    {
        current.RequireChange();
        var version = await BeginAsync(projectId, note, method, ct);
        var (tenantId, versionId) = (scope.TenantId, version.Id);
        jobs.Enqueue<FreezeWorker>(w => w.RunAsync(tenantId, versionId, CancellationToken.None));
        return version;
    }

    /// <summary>A version of this project, also while it is being frozen; another project's is not there.</summary>
    public async Task<DatasetVersion> FindAsync(string projectId, string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == versionId && v.ProjectId == projectId, ct) ?? throw new NotFoundException("version");
    }

    /// <summary>Rows of a version that may be seen, filtered and paged from 0. The test split has none to show.</summary>
    public async Task<VersionRowPage> RowsAsync(string versionId, Split split, string search, int page, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var projectId = await db.DatasetVersions.Where(v => v.Id == versionId && v.State == VersionState.Frozen).Select(v => v.ProjectId).SingleOrDefaultAsync(ct) ?? throw new NotFoundException("version");

        if (split is Split.Test)
        {
            return new VersionRowPage([], 0);
        }

        current.Require(Permission.ReadRows);

        var rows = db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && e.Split == split);
        if (search.Trim() is { Length: > 0 } words)
        {
            var lower = words.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // It is SQL's lower(), which knows no culture; LIKE tells case apart on one database and not on another.
            rows = rows.Where(e => e.Input.ToLower().Contains(lower) || e.Output.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        var total = await rows.CountAsync(ct);
        var found = await rows.OrderBy(e => e.Number).Skip(Math.Max(0, page) * PageSize).Take(PageSize)
            .Select(e => new VersionExample(
                e.Number, e.Input.Length > ShownText.Fetched ? e.Input.Substring(0, ShownText.Fetched) : e.Input,
                e.Output.Length > ShownText.Fetched ? e.Output.Substring(0, ShownText.Fetched) : e.Output, e.Split, "", e.Content != null && e.Content.Contains(MediaAddress.Mark) ? e.Content : null, "", "", e.IsSynthetic) { IsFromTraffic = e.IsFromTraffic }).ToListAsync(ct);
        return new VersionRowPage([.. found.Select(r => r with { Input = ShownText.Cut(r.Input), Output = ShownText.Cut(r.Output), Content = null })], total)
        {
            Media = await MediaService.ShownAsync(db, projectId, found.Select(r => (r.Number, r.Content)), ct),
            Files = await db.VersionMedia.CountAsync(v => v.VersionId == versionId && v.Split == split, ct),
            AllFiles = await db.VersionMedia.Where(v => v.VersionId == versionId && v.Split != Split.Test).Select(v => v.MediaId).Distinct().CountAsync(ct),
        };
    }

    /// <summary>The same page with the values put back in the place of their placeholders. Each reading stands in the audit log.</summary>
    public async Task<VersionRowPage> RestoredRowsAsync(string versionId, Split split, string search, int page, CancellationToken ct)
    {
        current.RequireChange();
        var shown = await RowsAsync(versionId, split, search, page, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == versionId, ct);
        var texts = await redactor.RestoreAsync(version.ProjectId, [.. shown.Rows.Select(r => r.Input), .. shown.Rows.Select(r => r.Output)], ct);
        List<VersionExample> rows = [.. shown.Rows.Select((row, i) => row with { Input = texts[i], Output = texts[shown.Rows.Count + i] })];
        db.Audit("redaction.restored", version.AsTarget(), $"On the screen, {rows.Count} {SplitMethods.Word(split)} rows");
        await db.SaveChangesAsync(ct);
        return shown with { Rows = rows };
    }

    internal async Task<DatasetVersion> BeginAsync(string projectId, string note, SplitMethod? method, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var importId = await db.Datasets.Where(d => d.ProjectId == projectId).Select(d => d.WorkingImportId).SingleOrDefaultAsync(ct)
            ?? throw new PortalException("There is nothing to freeze yet. Import a file first.");
        var import = await db.DatasetImports.AsNoTracking().SingleAsync(i => i.Id == importId, ct);
        await RefuseUnsettledAsync(import, task.Kind, ct);
        var methods = SplitMethods.Of(import.Mapping);
        if (method is { } wanted && !methods.Contains(wanted))
        {
            throw new PortalException($"{import.FileName} cannot be split {SplitMethods.Words(wanted)}: no column was mapped for it. Map one, or choose another way.");
        }

        if (await db.DatasetVersions.AnyAsync(v => v.ProjectId == projectId && v.State == VersionState.Freezing, ct))
        {
            throw new PortalException("A version of this project is being frozen already. Wait until it is done.");
        }

        var last = await db.DatasetVersions.Where(v => v.ProjectId == projectId).MaxAsync(v => (int?)v.Number, ct) ?? 0;
        var version = new DatasetVersion
        {
            ProjectId = projectId,
            ImportId = importId,
            Number = last + 1,
            Note = note.Trim() is { Length: > DatasetVersion.NoteLength } tooLong ? tooLong[..DatasetVersion.NoteLength] : note.Trim(),
            Total = import.AcceptedCount,
            SplitMethod = method ?? methods[0],
            FrozenByUserId = current.UserId,
            FrozenByName = current.UserName,
            StartedAt = time.GetUtcNow().UtcDateTime,
        };
        db.DatasetVersions.Add(version);
        db.Audit("version.started", version.AsTarget(), $"{import.AcceptedCount:N0} rows of {import.FileName}");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("Somebody else has just frozen a version. Load the page again to see it.");
        }

        return version;
    }

    internal async Task<DatasetVersion> WaitAsync(string versionId, CancellationToken ct)
    {
        while (true)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == versionId, ct);
            if (version.State is not VersionState.Freezing)
            {
                return version.State is VersionState.Frozen ? version : throw new PortalException(version.Failure);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
        }
    }

    private async Task RefuseUnsettledAsync(DatasetImport import, TaskKind kind, CancellationToken ct)
    {
        if (import.AcceptedCount < FindingWords.FewestRows)
        {
            throw new PortalException($"Only {import.AcceptedCount} rows take part, and {FindingWords.FewestRows} are needed. Add examples, or take decisions back.");
        }

        var found = await findings.ListAsync(import.Id, kind, ct);
        if (found.FirstOrDefault(f => f.Severity is FindingSeverity.Blocks) is { } blocking)
        {
            throw new PortalException($"{blocking.Title}. {blocking.Remedy}");
        }

        if (found.Count(f => f.IsOpen) is > 0 and var open)
        {
            throw new PortalException($"{(open is 1 ? "1 finding still needs" : $"{open} findings still need")} a decision: keep the rows, or set them aside.");
        }
    }
}
