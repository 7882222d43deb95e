using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>Statements past LINQ, which no filter of the model stands before: they touch the rows of whoever asks, and nobody else's.</summary>
public sealed class TenantStatementsTests : IDisposable
{
    private const string Any = "1 = 1";

    private readonly PortalDatabase _database = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statements_ThatNameEveryRow_TouchTheAskersAlone()
    {
        var stranger = _database.For("org_stranger");
        await AddAsync(_database, 100);
        await AddAsync(stranger, 200);
        await using (var db = _database.CreateDbContext())
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            Assert.Equal(1, await db.UpdateRowsAsync<Budget>("\"HeldMicros\" = \"HeldMicros\" + @p0", Any, Ct, 7L));
            Assert.Equal([100], await db.ReadRowsAsync<Budget, long>("\"CapMicros\"", Any, row => row.GetInt64(0), Ct));
            Assert.Equal(1, await db.DeleteRowsAsync<Reservation>(Any, Ct));
            // What a caller's condition is made of does not get out of its brackets.
            Assert.Equal(1, await db.UpdateRowsAsync<Budget>("\"HeldMicros\" = \"HeldMicros\" + @p0", "1 = 0 OR 1 = 1", Ct, 7L));
            await transaction.CommitAsync(Ct);
        }

        Assert.Equal((14, 0), await HeldAsync(_database));
        Assert.Equal((0, 1), await HeldAsync(stranger));
    }

    [Fact]
    public async Task Statements_OfWhoHasNoBusinessWithThem_AreRefused()
    {
        await AddAsync(_database, 100);
        await using (var db = _database.CreateDbContext())
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => ChangeAsync(db));
        }

        await using (var db = _database.For(null).CreateDbContext())
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await Assert.ThrowsAsync<InvalidOperationException>(() => ChangeAsync(db));
        }

        await using (var db = _database.CreateDbContextFor(ScopeThat(s => s.OnlyRead(true))))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await Assert.ThrowsAsync<OnlyReadsException>(() => ChangeAsync(db));
            Assert.Single(await db.ReadRowsAsync<Budget, string>("\"Id\"", Any, row => row.GetString(0), Ct));
        }

        await using (var db = _database.CreateDbContextFor(ScopeThat(s => s.RestrictTo([]))))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.DeleteRowsAsync<Reservation>(Any, Ct));
            // Budgets are everybody's, whichever projects they see.
            Assert.Equal(1, await ChangeAsync(db));
        }

        Assert.Equal((0, 1), await HeldAsync(_database));
    }

    public void Dispose() => _database.Dispose();

    private static Task<int> ChangeAsync(PortalDbContext db) => db.UpdateRowsAsync<Budget>("\"HeldMicros\" = @p0", Any, Ct, 1L);

    private static TenantScope ScopeThat(Action<TenantScope> set)
    {
        var scope = new TenantScope();
        scope.Enter("org_test");
        set(scope);
        return scope;
    }

    private static async Task AddAsync(PortalDatabase database, long cap)
    {
        await using var db = database.CreateDbContext();
        var budget = new Budget { Kind = BudgetKind.Organization, ScopeId = Budget.OfOrganization };
        budget.Set(cap, "Olivia Brandt", db.Now);
        db.Budgets.Add(budget);
        db.Reservations.Add(new Reservation { ProjectId = "prj_1", SubjectId = "run_1", AmountMicros = 1, HeldAt = db.Now });
        await db.SaveChangesAsync(Ct);
    }

    private static async Task<(long Held, int Reservations)> HeldAsync(PortalDatabase database)
    {
        await using var db = database.CreateDbContext();
        return (await db.Budgets.Select(b => b.HeldMicros).SingleAsync(Ct), await db.Reservations.CountAsync(Ct));
    }
}
