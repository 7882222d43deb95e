using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class BulkInsertTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Insert_RowsOfEveryKindOfColumn_ReadsBackWhatTheChangeTrackerWrites()
    {
        var importId = await ImportAsync();
        Example Row(int number, bool isFull) => new()
        {
            ImportId = importId, Number = number, Input = $"Grüße {number} \u4f60\U0001F600", Output = "a'b\"c", System = isFull ? "s" : "", Content = isFull ? "{}" : null, GroupKey = "g",
            DatedAt = isFull ? new DateTime(2026, 11, 25, 9, 30, 0, 123, DateTimeKind.Utc) : null, GivenSplit = isFull ? Split.Validation : null, SetAsideBy = isFull ? FindingRule.EmptyInput : null, Reason = "r",
        };
        await using (var db = _database.CreateDbContext())
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            // More than one command's worth, and a remainder.
            await db.InsertAsync([.. Enumerable.Range(1, 301).Select(i => Row(i, i % 2 is 0))], Ct);
            db.Examples.Add(Row(1_000, isFull: true));
            await db.SaveChangesAsync(Ct);
            await transaction.CommitAsync(Ct);
        }

        await using var read = _database.CreateDbContext();
        var rows = await read.Examples.AsNoTracking().OrderBy(e => e.Number).ToListAsync(Ct);
        Assert.Equal(302, rows.Count);
        var (bulk, tracked) = (rows[1], rows[^1]);
        Assert.Equal(
            (tracked.TenantId, tracked.Output, tracked.System, tracked.Content, tracked.DatedAt, tracked.GivenSplit, tracked.SetAsideBy),
            (bulk.TenantId, bulk.Output, bulk.System, bulk.Content, bulk.DatedAt, bulk.GivenSplit, bulk.SetAsideBy));
        Assert.Equal("Grüße 2 \u4f60\U0001F600", bulk.Input);
        Assert.Equal(((string?)null, (DateTime?)null, (Split?)null), (rows[0].Content, rows[0].DatedAt, rows[0].GivenSplit));
        await using var stranger = _database.For("org_stranger").CreateDbContext();
        Assert.Empty(await stranger.Examples.ToListAsync(Ct));
    }

    [Fact]
    public async Task Insert_WhatIsNotTheTenantsToWrite_IsRefused()
    {
        var importId = await ImportAsync();
        Example[] rows = [new Example { ImportId = importId, Number = 1, Input = "a", Output = "b" }];
        await using (var without = _database.CreateDbContext())
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => without.InsertAsync(rows, Ct));
        }

        await using (var platform = _database.For(null).CreateDbContext())
        {
            await using var transaction = await platform.Database.BeginTransactionAsync(Ct);
            await Assert.ThrowsAsync<InvalidOperationException>(() => platform.InsertAsync(rows, Ct));
        }

        await using var db = _database.CreateDbContext();
        await using var own = await db.Database.BeginTransactionAsync(Ct);
        await db.InsertAsync(rows, Ct);
        var read = await db.Examples.AsNoTracking().ToListAsync(Ct);
        await using (var stranger = _database.For("org_stranger").CreateDbContext())
        {
            // A row that was read as one tenant's is not written as another's.
            await Assert.ThrowsAsync<InvalidOperationException>(() => stranger.InsertAsync(read, Ct));
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.InsertAsync([new Dataset { ProjectId = "prj" }], Ct));
    }

    public void Dispose() => _database.Dispose();

    private async Task<string> ImportAsync()
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1", CreatedAt = db.Now };
        project.Rename("Bulk");
        db.Add(project);
        var import = new DatasetImport { ProjectId = project.Id, FileName = "a.csv", BlobName = "a", Length = 1, Sha256 = "", UploadedAt = db.Now };
        db.Add(import);
        await db.SaveChangesAsync(Ct);
        return import.Id;
    }
}
