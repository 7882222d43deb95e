using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>The first rows of a file as they would be read, and which columns probably matter.</summary>
public sealed record ImportPreview(SourceLayout Layout, IReadOnlyList<string> Columns, IReadOnlyList<PreviewRow> Rows, ColumnMapping Mapping)
{
    /// <summary>The first rows as they would become examples.</summary>
    public IReadOnlyList<PreviewExample> Examples { get; init; } = [];

    public SourceChoices Choices { get; init; } = SourceChoices.None;

    /// <summary>Whether the mapping is the one a file of the same make was imported by.</summary>
    public bool IsRemembered { get; init; }
}

/// <summary>A row as the model would be given it; a row that cannot be used says why.</summary>
public sealed record PreviewExample(int Number, string System, string Input, string Output, bool IsWhole, string? Problem);

public sealed record PreviewRow(int Number, IReadOnlyList<string> Values, string? Problem);

/// <summary>Everything the Data step shows at once.</summary>
public sealed record DataOverview(
    string ProjectName, TaskKind Kind, bool IsDefined, DatasetImport? Working, IReadOnlyList<DatasetImport> Imports,
    IReadOnlyList<Finding> Findings, IReadOnlyList<DatasetVersion> Versions)
{
    public DatasetImport? UnderWay => Imports.FirstOrDefault(i => i.IsUnderWay);

    public DatasetVersion? Freezing => Versions.FirstOrDefault(v => v.State is VersionState.Freezing);

    public DatasetVersion? Latest => Versions.FirstOrDefault(v => v.State is VersionState.Frozen);

    /// <summary>Whether the newest version holds exactly the rows worked on now.</summary>
    public bool IsFrozen => Latest is { } latest && Working is { } working && latest.ImportId == working.Id && latest.Count == working.AcceptedCount
        && !Findings.Any(f => f.DecidedAt > latest.StartedAt) && !(working.ChangedAt > latest.StartedAt);

    /// <summary>Why no version can be frozen now; null when one can.</summary>
    public string? FreezeObstacle => this switch
    {
        { Working: null } => "Import a file first",
        { Freezing: not null } => "A version is being frozen",
        { UnderWay: not null } => "An import is under way",
        _ when Findings.FirstOrDefault(f => f.Severity is FindingSeverity.Blocks) is { } blocking => blocking.Title,
        { Working.AcceptedCount: < FindingWords.FewestRows } => $"Only {Working.AcceptedCount} rows take part; {FindingWords.FewestRows} are needed",
        _ when Findings.Count(f => f.IsOpen) is > 0 and var open => open is 1 ? "1 finding needs a decision" : $"{open} findings need a decision",
        { IsFrozen: true } => "Nothing has changed since the last version",
        _ => null,
    };
}

public sealed class DatasetService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, ProjectService projects, BlobStore blobs, UploadService uploads,
    ImportWorker importWorker, FreezeWorker freezeWorker, VersionService versions, FindingService findings,
    IBackgroundJobClient jobs, SourceReader readers, TimeProvider time)
{
    public const int PreviewRows = 20;

    private const int PreviewCellLength = 300;
    private const int PreviewedExamples = 3;

    public bool MayChange => current.MayChange();

    public bool MayRead => current.May(Permission.ReadRows);

    public bool MayReview => current.May(Permission.ReviewRows);

    public async Task<DataOverview> OverviewAsync(string projectId, CancellationToken ct)
    {
        var (project, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var workingId = await db.Datasets.Where(d => d.ProjectId == projectId).Select(d => d.WorkingImportId).SingleOrDefaultAsync(ct);
        var imports = await db.DatasetImports.AsNoTracking().Where(i => i.ProjectId == projectId)
            .OrderByDescending(i => i.UploadedAt).ThenByDescending(i => i.Id).Take(25).ToListAsync(ct);
        var working = workingId is null ? null : imports.Find(i => i.Id == workingId)
            ?? await db.DatasetImports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == workingId, ct);
        var frozen = await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == projectId)
            .OrderByDescending(v => v.Number).Take(25).ToListAsync(ct);
        var found = workingId is null ? [] : await findings.ListAsync(workingId, task.Kind, ct);
        return new DataOverview(project.Name, task.Kind, task.IsComplete, working, imports, found, frozen);
    }

    /// <summary>Reads the first rows, as the file was understood or as somebody says it is.</summary>
    public Task<ImportPreview> PreviewAsync(string importId, SourceLayout? layout, CancellationToken ct, ColumnMapping? mapping = null)
    {
        current.Require(Permission.ReadRows);
        return ReadPreviewAsync(importId, layout, mapping, ct);
    }

    /// <summary>The layout and the columns alone, for whoever may change data and see none.</summary>
    internal Task<ImportPreview> GuessAsync(string importId, SourceLayout? layout, CancellationToken ct)
    {
        current.RequireChange();
        return ReadPreviewAsync(importId, layout, null, ct);
    }

    /// <summary>A file of this project; another project's is not there.</summary>
    public async Task<DatasetImport> FindAsync(string projectId, string importId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.DatasetImports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId && i.ProjectId == projectId, ct) is { } import)
        {
            return import;
        }

        // Of the two it may be the project that is not there.
        await projects.GetAsync(projectId, ct);
        throw new NotFoundException("file");
    }

    private async Task<ImportPreview> ReadPreviewAsync(string importId, SourceLayout? layout, ColumnMapping? mapping, CancellationToken ct)
    {
        var import = await FindAsync(importId, ct);
        layout ??= import.Layout;
        if (!blobs.Exists(import.BlobName))
        {
            throw new PortalException("The uploaded file is no longer there. Upload it again.");
        }

        await using var file = blobs.OpenRead(import.BlobName);
        var asked = layout;
        using var source = await OwnThread.RunAsync(() => readers.Open(file, asked, ct), ct);
        if (layout.Entry != import.Entry || layout.Sheet != import.Sheet)
        {
            // Another file or sheet is another table, with a header and an encoding of its own.
            (layout, mapping) = (await OwnThread.RunAsync(() => source.Inspect(asked.Entry, asked.Entry == import.Entry ? asked.Sheet : ""), ct), null);
        }

        var read = layout;
        var (columns, rows, shelf, choices) = await OwnThread.RunAsync(() => Look(source, read), ct);
        var remembered = mapping is null ? await RememberedAsync(import, layout, columns, ct) : null;
        var mapped = mapping ?? remembered ?? MappingGuess.Of(columns, [.. rows.Where(r => r.Problem is null).Select(r => r.Values)], shelf);
        return new ImportPreview(layout, columns, rows, mapped)
        {
            Examples = mapped.Obstacle is "" ? await OwnThread.RunAsync(() => PreviewExamples(source, read, mapped, columns), ct) : [],
            Choices = choices,
            IsRemembered = remembered is not null,
        };
    }

    private static (IReadOnlyList<string> Columns, List<PreviewRow> Rows, MediaShelf Shelf, SourceChoices Choices) Look(UploadedSource source, SourceLayout layout)
    {
        using var records = source.Rows(layout);
        List<PreviewRow> rows = [];
        while (rows.Count < PreviewRows && records.Read())
        {
            rows.Add(new PreviewRow(records.Number, [.. records.Columns.Select((_, i) => Shortened(records.Values.ElementAtOrDefault(i)))], records.Problem));
        }

        return (records.Columns, rows, MediaShelf.Of(source, layout), source.ChoicesOf(layout));
    }

    /// <summary>The mapping of this file, of the last one that was made alike, or of the playbook that the project began with.</summary>
    private async Task<ColumnMapping?> RememberedAsync(DatasetImport import, SourceLayout layout, IReadOnlyList<string> columns, CancellationToken ct)
    {
        if (import.Mapping is not { } mapping)
        {
            var shape = ColumnMapping.ShapeOf(layout.Format, columns);
            await using var db = await dbs.CreateDbContextAsync(ct);
            var stored = await db.DatasetImports.AsNoTracking().Where(i => i.Shape == shape && i.MappingJson != "")
                .OrderByDescending(i => i.UploadedAt).Select(i => i.MappingJson).FirstOrDefaultAsync(ct);
            mapping = ColumnMapping.Parse(stored ?? "") ?? await StartedWithAsync(import.ProjectId, ct);
        }

        return mapping?.Columns.All(columns.Contains) is true ? mapping : null;
    }

    private async Task<ColumnMapping?> StartedWithAsync(string projectId, CancellationToken ct) =>
        ColumnMapping.Parse((await projects.StartOfAsync(projectId, ct))?.Settings.GetValueOrDefault(ColumnsPart.StoredAs) ?? "");

    private static List<PreviewExample> PreviewExamples(UploadedSource source, SourceLayout layout, ColumnMapping mapping, IReadOnlyList<string> columns)
    {
        if (mapping.Columns.FirstOrDefault(c => !columns.Contains(c)) is { } missing)
        {
            throw new PortalException($"The file has no column \"{missing}\". Choose the columns again.");
        }

        using var records = source.Rows(layout, mapping.Columns);
        var mapped = new MappedRecords(records, new RowMapper(mapping, records.Columns));
        List<PreviewExample> examples = [];
        while (examples.Count < PreviewedExamples && mapped.Read())
        {
            var row = mapped.Row;
            examples.Add(new PreviewExample(row.Number, Shortened(row.System), Shortened(row.Input), Shortened(row.Output), row.Content is not null, row.Problem));
        }

        return examples;
    }

    /// <summary>Begins to read a file into examples. The rows worked on now stay until it has succeeded. Returns the import to watch.</summary>
    public async Task<string> StartImportAsync(string importId, SourceLayout layout, ColumnMapping mapping, CancellationToken ct)
    {
        current.RequireChange();
        var startedId = await MapAsync(importId, layout, mapping, ct);
        var tenantId = scope.TenantId;
        jobs.Enqueue<ImportWorker>(w => w.RunAsync(tenantId, startedId, CancellationToken.None));
        return startedId;
    }

    /// <summary>Uploads, maps by the guess, imports and freezes without a person: for seeds and tests. Open decisions are kept as they are.</summary>
    public async Task<DatasetVersion> ImportTextAsync(string projectId, string fileName, Stream content, CancellationToken ct)
    {
        var receipt = await uploads.ReceiveAsync(projectId, fileName, content, null, ct);
        var preview = await PreviewAsync(receipt.ImportId, null, ct);
        var importId = await MapAsync(receipt.ImportId, preview.Layout, preview.Mapping, ct);
        await importWorker.RunAsync(scope.TenantId, importId, ct);
        // A sweep may have been quicker; then this waits for its result.
        var import = await FindAsync(importId, ct);
        for (; import.IsUnderWay; import = await FindAsync(importId, ct))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
        }

        if (import.State is ImportState.Failed)
        {
            throw new PortalException(import.Failure);
        }

        foreach (var open in (await findings.ListAsync(importId, null, ct)).Where(f => f.IsOpen))
        {
            await findings.DecideAsync(open.Id, FindingDecision.Keep, ct);
        }

        var version = await versions.BeginAsync(projectId, "", null, ct);
        await freezeWorker.RunAsync(scope.TenantId, version.Id, ct);
        return await versions.WaitAsync(version.Id, ct);
    }

    private async Task<string> MapAsync(string importId, SourceLayout layout, ColumnMapping mapping, CancellationToken ct)
    {
        var columns = await ColumnsAsync(importId, layout, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await db.DatasetImports.SingleOrDefaultAsync(i => i.Id == importId, ct) ?? throw new NotFoundException("file");
        if (await db.DatasetImports.AnyAsync(i => i.ProjectId == import.ProjectId && (i.State == ImportState.Mapped || i.State == ImportState.Importing), ct))
        {
            throw new PortalException("An import of this project is under way. Wait until it is done.");
        }

        if (import.State is ImportState.Imported or ImportState.Replaced)
        {
            db.DatasetImports.Add(import = import.Again(time.GetUtcNow().UtcDateTime, current.UserId, current.UserName));
        }

        import.Map(layout, mapping, ColumnMapping.ShapeOf(layout.Format, columns), current.UserId);
        // No column by name: where a file has no header, the first row stands for the names.
        db.Audit("import.started", import.AsTarget(), $"{layout.Format}, {mapping.Columns.Count} of {columns.Count} columns used");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just started this import. Load the page again to follow it.");
        }

        return import.Id;
    }

    private async Task<IReadOnlyList<string>> ColumnsAsync(string importId, SourceLayout layout, CancellationToken ct)
    {
        var import = await FindAsync(importId, ct);
        if (!blobs.Exists(import.BlobName))
        {
            throw new PortalException("The uploaded file is no longer there. Upload it again.");
        }

        await using var file = blobs.OpenRead(import.BlobName);
        return await OwnThread.RunAsync(() => ColumnsOf(file, layout, ct), ct);
    }

    private IReadOnlyList<string> ColumnsOf(Stream file, SourceLayout layout, CancellationToken ct)
    {
        using var source = readers.Open(file, layout, ct);
        using var records = source.Rows(layout);
        return records.Columns;
    }

    private async Task<DatasetImport> FindAsync(string importId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DatasetImports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId, ct) ?? throw new NotFoundException("file");
    }

    private static string Shortened(string? value) => value switch
    {
        null => "",
        { Length: > PreviewCellLength } => value[..PreviewCellLength] + "…",
        _ => value,
    };
}
