using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class AuditTrailTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Save_WithEntries_ChainsThemBehindEachOther()
    {
        _database.Scope.ActAs(new Actor("usr_1", "Olivia", "Fieldwork Partners", "eng_1", "10.0.0.7"));
        await ActAsync("first");
        await ActAsync("second");

        var entries = await ReadAsync(_database);
        Assert.Equal([1L, 2L], entries.Select(e => e.Sequence));
        Assert.Equal("", entries[0].PreviousHash);
        Assert.Equal(entries[0].Hash, entries[1].PreviousHash);
        Assert.All(entries, e => Assert.Equal(e.ComputeHash(), e.Hash));
        Assert.Equal(("usr_1", "Olivia", "Fieldwork Partners", "10.0.0.7"), (entries[0].ActorId, entries[0].ActorName, entries[0].Via, entries[0].Address));
    }

    [Fact]
    public async Task Save_WhenTheActFails_LeavesNoEntry()
    {
        await ActAsync("first");
        await using (var db = _database.CreateDbContext())
        {
            db.Audit("thing.done", new AuditTarget("thing", "x"));
            db.Add(new TaskDefinition { ProjectId = "prj_that_is_not_there" });
            await Assert.ThrowsAnyAsync<DbUpdateException>(() => db.SaveChangesAsync());
        }

        await ActAsync("second");
        Assert.Equal(["first", "second"], (await ReadAsync(_database)).Select(e => e.TargetId));
    }

    [Fact]
    public async Task Save_ManyAtOnce_LosesNoneAndLeavesNoGap()
    {
        await ActAsync("first");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => ActAsync($"at once {i}"))));

        var entries = await ReadAsync(_database);
        Assert.Equal(Enumerable.Range(1, 13).Select(i => (long)i), entries.Select(e => e.Sequence));
        Assert.All(entries.Skip(1).Zip(entries), pair => Assert.Equal(pair.Second.Hash, pair.First.PreviousHash));
    }

    [Fact]
    public async Task Chain_OfAnotherOrganization_IsItsOwn()
    {
        await ActAsync("mine");
        await ActAsync("theirs", _database.For("org_b"));

        Assert.Equal("theirs", Assert.Single(await ReadAsync(_database.For("org_b"))).TargetId);
        Assert.Equal(1, (await ReadAsync(_database.For("org_b")))[0].Sequence);
    }

    [Fact]
    public async Task Audit_OfHostileNames_IsReadBackAsHashed()
    {
        await ActAsync("a\0b" + new string('x', 300) + "\ud83d\ude00");

        var entry = Assert.Single(await ReadAsync(_database));
        Assert.Equal(entry.ComputeHash(), entry.Hash);
        Assert.Equal(80, entry.TargetId.Length);
    }

    private Task ActAsync(string what) => ActAsync(what, _database);

    private static async Task ActAsync(string what, PortalDatabase database)
    {
        await using var db = database.CreateDbContext();
        db.Audit("thing.done", new AuditTarget("thing", what, what));
        await db.SaveChangesAsync();
    }

    private static async Task<List<AuditEntry>> ReadAsync(PortalDatabase database)
    {
        await using var db = database.CreateDbContext();
        return await db.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).ToListAsync();
    }
}
