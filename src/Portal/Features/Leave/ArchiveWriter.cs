using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;
using Portal.Features.Connect;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>How much an archive will have.</summary>
public sealed record ArchiveMeasure(long Rows, long SourceBytes);

/// <summary>Writes everything an organisation has into one zip, row by row and file by file: its memory does not grow with the organisation.</summary>
public sealed class ArchiveWriter(BlobStore blobs, IOptions<ConnectOptions> connection, TimeProvider time)
{
    public async Task<ArchiveMeasure> MeasureAsync(PortalDbContext db, CancellationToken ct)
    {
        var rows = 0L;
        foreach (var table in ArchiveContent.TablesOf(db.Model))
        {
            rows += await new ArchiveRows(db, table).CountAsync(ct);
        }

        return new ArchiveMeasure(rows, (await SourcesAsync(db, ct)).Where(blobs.Exists).Sum(blobs.LengthOf));
    }

    /// <param name="db">In a snapshot, in the organisation's scope.</param>
    public async Task WriteAsync(PortalDbContext db, Stream file, ArchiveProgress progress, CancellationToken ct)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, ct);
        var (tables, files) = (new List<ArchivedTable>(), new List<ArchivedFile>());
        await AddTextAsync(zip, "README.txt", ArchiveWords.Readme, files, ct);
        // Children first: should a database give no snapshot, a row added meanwhile has its parent in the archive all the same.
        foreach (var table in ArchiveContent.TablesOf(db.Model).Reverse())
        {
            var rows = 0L;
            await AddAsync(zip, ArchiveContent.PathOf(table), async lines => rows = await new ArchiveRows(db, table).WriteAsync(lines, progress, ct), files, ct);
            tables.Add(new ArchivedTable(table.ClrType.Name, ArchiveContent.PathOf(table), rows));
        }

        var (sources, missing) = await AddSourcesAsync(zip, await SourcesAsync(db, ct), files, progress, ct);
        await AddPeopleAsync(zip, db, files, ct);
        var organization = await db.Tenants.AsNoTracking().Where(t => t.Id == db.TenantId).Select(t => new { t.Id, t.Name, t.Slug, t.Kind, t.CreatedAt }).SingleOrDefaultAsync(ct);
        var manifest = new ArchiveManifest
        {
            Format = ArchiveManifest.FormatName,
            Version = ArchiveManifest.CurrentVersion,
            ExportedAt = time.GetUtcNow().UtcDateTime,
            Organization = organization is null
                ? new ArchivedOrganization(db.TenantId, "", "", "", default)
                : new ArchivedOrganization(organization.Id, organization.Name, organization.Slug, organization.Kind.ToString(), organization.CreatedAt),
            Connection = new ArchivedConnection(connection.Value.Kind.ToString(), connection.Value.GcpProject),
            Tables = tables,
            Files = files,
            Sources = sources,
            Missing = missing,
            Usage = await UsageSum.OfAllAsync(db, ct),
            Withheld = [.. ArchiveContent.Withheld.Select(w => new WithheldPart(w.Key, w.Value))],
        };
        await AddTextAsync(zip, ArchiveManifest.Path, JsonSerializer.Serialize(manifest, ArchiveManifest.Json), [], ct);
    }

    /// <summary>The names of all files that any table of the organisation names.</summary>
    internal static async Task<IReadOnlyList<string>> SourcesAsync(PortalDbContext db, CancellationToken ct)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var table in ArchiveContent.TablesOf(db.Model).Where(t => t.FindProperty(ArchiveContent.BlobColumn) is not null))
        {
            names.UnionWith(await NamesIn(db, table).Distinct().ToListAsync(ct));
        }

        return [.. names.Where(n => n is not "").Order(StringComparer.Ordinal)];
    }

    private static IQueryable<string> NamesIn(PortalDbContext db, IEntityType table) =>
        ((IQueryable<object>)typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!.MakeGenericMethod(table.ClrType).Invoke(db, [])!) // EF's own, and never null
            .Select(e => EF.Property<string>(e, ArchiveContent.BlobColumn));

    private async Task<(List<ArchivedSource> Sources, List<string> Missing)> AddSourcesAsync(
        ZipArchive zip, IReadOnlyList<string> names, List<ArchivedFile> files, ArchiveProgress progress, CancellationToken ct)
    {
        var (sources, missing) = (new List<ArchivedSource>(), new List<string>());
        foreach (var name in names)
        {
            if (!blobs.Exists(name))
            {
                missing.Add(name);
                continue;
            }

            var source = new ArchivedSource(name, $"sources/{sources.Count + 1:D6}");
            sources.Add(source);
            await AddAsync(zip, source.Path, async entry =>
            {
                await using var content = blobs.OpenRead(name);
                var buffer = new byte[1 << 16];
                for (int read; (read = await content.ReadAsync(buffer, ct)) > 0;)
                {
                    await entry.WriteAsync(buffer.AsMemory(0, read), ct);
                    await progress.StepAsync(0);
                }
            }, files, ct);
        }

        return (sources, missing);
    }

    /// <summary>Who belongs here and who works for whom: to read, for nobody becomes a member by an archive.</summary>
    private static async Task AddPeopleAsync(ZipArchive zip, PortalDbContext db, List<ArchivedFile> files, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        var members = await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId
            orderby member.CreatedAt, member.Id
            select new { user.Id, user.Name, user.Email, member.Role, Since = member.CreatedAt }).ToListAsync(ct);
        await AddTextAsync(zip, "people/members.json", JsonSerializer.Serialize(members, ArchiveManifest.Json), files, ct);
        // Known only by what was typed until the other side has agreed.
        var engagements = await db.Engagements.AsNoTracking().Where(e => e.ClientId == tenantId || e.ConsultancyId == tenantId).OrderBy(e => e.AskedAt).ThenBy(e => e.Id)
            .Select(e => new { e.Id, As = e.ClientId == tenantId ? "client" : "consultancy", e.AskedBy, e.AskedSlug, e.AskedByName, e.AskedAt, e.State, e.PermissionList, e.ProjectList, e.StartsAt, e.EndsAt, e.ApprovedAt, e.EndedAt })
            .ToListAsync(ct);
        await AddTextAsync(zip, "people/engagements.json", JsonSerializer.Serialize(engagements, ArchiveManifest.Json), files, ct);
    }

    private static Task AddTextAsync(ZipArchive zip, string path, string text, List<ArchivedFile> files, CancellationToken ct) =>
        AddAsync(zip, path, async entry => await entry.WriteAsync(Encoding.UTF8.GetBytes(text), ct), files, ct);

    private static async Task AddAsync(ZipArchive zip, string path, Func<Stream, Task> write, List<ArchivedFile> files, CancellationToken ct)
    {
        await using var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(ct);
        await using var hashed = new HashedStream(entry);
        await write(hashed);
        files.Add(new ArchivedFile(path, hashed.Count, hashed.Sha256()));
    }
}

/// <summary>Counts and hashes what passes.</summary>
internal sealed class HashedStream(Stream inner) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Count { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Count;

    public override long Position { get => Count; set => throw new NotSupportedException(); }

    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Take(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Count += bytes.Length;
    }
}
