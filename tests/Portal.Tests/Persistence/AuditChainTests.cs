using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>What the owner of the database changes, removes, puts in or moves is found, and where.</summary>
public sealed class AuditChainTests : IDisposable
{
    private const int Count = 40;

    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Verify_WholeChain_IsIntactAndCounted()
    {
        Assert.Equal((0, true), (await AuditRig.VerifyAsync(_database)) is var none ? (none.Entries, none.IsIntact) : default);

        await AuditRig.WriteAsync(_database, 1_500);
        await AuditRig.WriteAsync(_database.For("org_b"), 3);

        var state = await AuditRig.VerifyAsync(_database);
        Assert.Null(state.Break);
        Assert.Equal((1_500, 0), (state.Entries, state.Removed));
    }

    [Theory]
    [InlineData("DELETE FROM \"AuditEntry\" WHERE \"Sequence\" = 5", 5, "missing")]
    [InlineData("DELETE FROM \"AuditEntry\" WHERE \"Sequence\" IN (5, 6)", 5, "up to 6 are missing")]
    [InlineData("DELETE FROM \"AuditEntry\" WHERE \"Sequence\" > 37", 38, "The last 3 entries are missing")]
    [InlineData("UPDATE \"AuditEntry\" SET \"Details\" = 'nothing' WHERE \"Sequence\" = 7", 7, "changed after it was written")]
    [InlineData("UPDATE \"AuditEntry\" SET \"Sequence\" = 0 WHERE \"Sequence\" = 1", 0, "before the chain's beginning")]
    [InlineData("UPDATE \"AuditHead\" SET \"Sequence\" = 39", 39, "names another entry")]
    [InlineData("UPDATE \"AuditHead\" SET \"Hash\" = 'x'", 40, "names another entry")]
    [InlineData("DELETE FROM \"AuditHead\"", 1, "after the chain's end")]
    public async Task Verify_AfterAForgery_NamesTheFirstBrokenEntry(string sql, long sequence, string problem)
    {
        await AuditRig.WriteAsync(_database, Count);
        await using (var owner = _database.CreateOwnerContext())
        {
            Assert.True(await AuditRig.ForgeAsync(owner, sql) > 0);
        }

        var state = await AuditRig.VerifyAsync(_database);
        Assert.Equal(sequence, state.Break?.Sequence);
        Assert.Contains(problem, state.Break?.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_AfterEachOfManyRandomForgeries_FindsItAndIsSilentBefore()
    {
        var trials = TestServer.Provider is DatabaseProvider.Sqlite ? 200 : 40;
        await AuditRig.WriteAsync(_database, Count);
        await using var owner = _database.CreateOwnerContext(_database.Scope);
        for (var seed = 0; seed < trials; seed++)
        {
            await using var undone = await owner.Database.BeginTransactionAsync();
            Assert.Null((await owner.VerifyAuditAsync(CancellationToken.None)).Break);

            var forgery = await new AuditForger(owner, new Random(seed), Count).ForgeAsync(seed % 4);

            Assert.True((await owner.VerifyAuditAsync(CancellationToken.None)).Break is not null, $"Seed {seed} was not found: {forgery}");
            await undone.RollbackAsync();
        }
    }

    [Fact]
    public async Task Verify_WhileEntriesAreWritten_IsNeverMistaken()
    {
        await AuditRig.WriteAsync(_database, 200);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 30; i++)
            {
                await AuditRig.WriteAsync(_database, 3);
            }
        });
        do
        {
            Assert.Null((await AuditRig.VerifyAsync(_database)).Break);
        }
        while (!writing.IsCompleted);
        await writing;

        Assert.Equal(290, (await AuditRig.VerifyAsync(_database)).Entries);
    }

    [Fact]
    public async Task Verify_OfEveryOrganization_IsRefused()
    {
        await using var db = _database.For(null).CreateDbContext();

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.VerifyAuditAsync(CancellationToken.None));
    }
}
