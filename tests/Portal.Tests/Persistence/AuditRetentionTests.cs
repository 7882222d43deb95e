using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class AuditRetentionTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 9, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;

    public AuditRetentionTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Remove_OldEntries_TakesThePrefixAndTheRestStillVerifies()
    {
        await AuditRig.WriteAsync(_database, 5);
        _time.Advance(TimeSpan.FromDays(200));
        await AuditRig.WriteAsync(_database, 3);
        _time.Advance(TimeSpan.FromDays(200));
        await AuditRig.WriteAsync(_database.For("org_b"), 1);

        Assert.Equal((5, null), await RemoveAsync());
        Assert.Equal((0, null), await RemoveAsync());

        // Three are kept, and one says what was removed.
        var state = await AuditRig.VerifyAsync(_database);
        Assert.Null(state.Break);
        Assert.Equal((4, 5), (state.Entries, state.Removed));
        await using var db = _database.CreateDbContext();
        Assert.Equal("5 entries up to number 5, kept for more than 365 days", (await db.Set<AuditEntry>().SingleAsync(e => e.Action == AuditRetention.Action)).Details);

        await AuditRig.WriteAsync(_database, 2);
        _time.Advance(TimeSpan.FromDays(1_000));
        Assert.Equal((6, null), await RemoveAsync());
        state = await AuditRig.VerifyAsync(_database);
        Assert.Equal((1, 11, true), (state.Entries, state.Removed, state.IsIntact));
    }

    [Theory]
    [InlineData("DELETE FROM \"AuditEntry\" WHERE \"Sequence\" = 6", 6)]
    [InlineData("UPDATE \"AuditCheckpoint\" SET \"Hash\" = 'x'", 6)]
    [InlineData("UPDATE \"AuditCheckpoint\" SET \"Removed\" = 4", 5)]
    [InlineData("DELETE FROM \"AuditCheckpoint\"", 1)]
    public async Task Verify_ForgeryAfterARemoval_IsFound(string sql, long sequence)
    {
        await AuditRig.WriteAsync(_database, 5);
        _time.Advance(TimeSpan.FromDays(400));
        await AuditRig.WriteAsync(_database, 3);
        await RemoveAsync();
        await using (var owner = _database.CreateOwnerContext())
        {
            await AuditRig.ForgeAsync(owner, sql);
        }

        Assert.Equal(sequence, (await AuditRig.VerifyAsync(_database)).Break?.Sequence);
    }

    [Fact]
    public async Task Remove_FromABrokenChain_LeavesTheEvidence()
    {
        await AuditRig.WriteAsync(_database, 5);
        await using (var owner = _database.CreateOwnerContext())
        {
            await AuditRig.ForgeAsync(owner, "UPDATE \"AuditEntry\" SET \"Details\" = 'x' WHERE \"Sequence\" = 2");
        }

        _time.Advance(TimeSpan.FromDays(400));
        var (removed, fault) = await RemoveAsync();

        Assert.Equal((0, 2), (removed, fault?.Sequence));
        await using var db = _database.CreateDbContext();
        Assert.Equal(5, await db.Set<AuditEntry>().CountAsync());
    }

    [Fact]
    public async Task Remove_ByTheApplicationsRole_IsRefused()
    {
        Assert.SkipUnless(TestServer.Provider is DatabaseProvider.Postgres, "Rights of a role are tried on PostgreSQL.");
        await AuditRig.WriteAsync(_database, 5);
        _time.Advance(TimeSpan.FromDays(400));

        await Assert.ThrowsAnyAsync<Exception>(() => new AuditRetention(() => _database.CreateDbContext()).RemoveAsync(365, CancellationToken.None));
        Assert.Equal(5, (await AuditRig.VerifyAsync(_database)).Entries);
    }

    private Task<(long Removed, AuditBreak? Break)> RemoveAsync() =>
        new AuditRetention(() => _database.CreateOwnerContext(_database.Scope)).RemoveAsync(365, CancellationToken.None);
}
