using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Persistence;

/// <summary>
/// All that an organisation has in the database, found from the model: nobody names a table here, so none can be forgotten. What the
/// application's own role may not remove, the owner of the tables does, told of the same tenant.
/// </summary>
internal sealed class TenantRows(IDbContextFactory<PortalDbContext> dbs, OwnerTenantContext owner)
{
    /// <summary>Rows that carry a running number go in parts, so that nobody waits long for a table.</summary>
    private const int PartOf = 20_000;

    private static readonly MethodInfo s_remove = Method(nameof(RemoveAsync));
    private static readonly MethodInfo s_removeGlobal = Method(nameof(RemoveGlobalAsync));
    private static readonly MethodInfo s_empty = Method(nameof(EmptyAsync));
    private static readonly MethodInfo s_count = Method(nameof(CountAsync));
    private static readonly MethodInfo s_busy = Method(nameof(BusyUntilAsync));

    /// <summary>How long somebody may still be at work on a row: whoever works says so in a column that ends in LeaseUntil or TestingUntil.</summary>
    public async Task<DateTime?> BusyUntilAsync(CancellationToken ct)
    {
        var latest = default(DateTime?);
        foreach (var (entity, column) in (await ModelAsync(ct)).ParentFirst.SelectMany(
                     e => e.GetProperties().Where(p => p.Name.EndsWith("LeaseUntil", StringComparison.Ordinal) || p.Name is "TestingUntil"), (entity, column) => (entity, column)))
        {
            latest = await Call<Task<DateTime?>>(s_busy, entity, column.Name, ct) is { } until && !(until <= latest) ? until : latest;
        }

        return latest;
    }

    public async Task<long> CountAsync(CancellationToken ct)
    {
        var rows = 0L;
        foreach (var entity in (await ModelAsync(ct)).ParentFirst)
        {
            rows += await Call<Task<long>>(s_count, entity, ct);
        }

        return rows;
    }

    /// <param name="note">Told of each removal, in its transaction.</param>
    public async Task RemoveAsync(Func<PortalDbContext, string, long, Task> note, CancellationToken ct)
    {
        var tables = await ModelAsync(ct);
        foreach (var key in tables.Loose)
        {
            await Call<Task>(s_empty, key.DeclaringEntityType, key.Properties[^1].Name, ct);
        }

        foreach (var entity in tables.ParentFirst.Reverse())
        {
            await Call<Task>(s_remove, entity, entity, note, ct);
        }
    }

    /// <summary>Rows of global tables that name the organisation.</summary>
    /// <param name="kept">Entities that stay.</param>
    public async Task RemoveGlobalAsync(IReadOnlySet<string> kept, Func<PortalDbContext, string, long, Task> note, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var (entity, column) in NamingIn(db.Model).Where(n => !kept.Contains(n.Entity.ClrType.Name)))
        {
            await Call<Task>(s_removeGlobal, entity, column.Name, note, ct);
        }
    }

    /// <summary>Columns of global tables that say which organisation a row is about: by reference, or by their name.</summary>
    internal static IEnumerable<(IEntityType Entity, IProperty Column)> NamingIn(IModel model) =>
        from entity in model.GetEntityTypes().OrderBy(e => e.ClrType.Name, StringComparer.Ordinal)
        where GlobalTables.Names.Contains(entity.ClrType.Name)
        from property in entity.GetProperties()
        where property.Name.EndsWith(nameof(ITenantOwned.TenantId), StringComparison.Ordinal)
            || property.GetContainingForeignKeys().Any(k => k.PrincipalEntityType.ClrType.Name is "Tenant")
        select (entity, property);

    private async Task<TenantEntities> ModelAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return TenantEntities.Of(db.Model);
    }

    private async Task RemoveAsync<T>(IEntityType entity, Func<PortalDbContext, string, long, Task> note, CancellationToken ct)
        where T : class
    {
        var number = entity.FindPrimaryKey()!.Properties is [_, .., var last] && last.ClrType == typeof(int) ? last.Name : null; // every table has a key
        for (var from = number is null ? 0 : await FirstAsync<T>(number, ct) ?? 0; ;)
        {
            var to = from + PartOf;
            await using var db = await OpenAsync<T>(ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            // The mark lets the tables through that are only added to otherwise.
            var rows = db.Set<T>().TagWith(AppendOnlyRows.Retention);
            var removed = await (number is null ? rows : rows.Where(r => EF.Property<int>(r, number) < to)).ExecuteDeleteAsync(ct);
            if (removed > 0)
            {
                await note(db, entity.ClrType.Name, removed);
            }

            await transaction.CommitAsync(ct);
            if (number is null || await FirstAsync<T>(number, ct) is not { } next)
            {
                return;
            }

            from = next;
        }
    }

    private async Task RemoveGlobalAsync<T>(string column, Func<PortalDbContext, string, long, Task> note, CancellationToken ct)
        where T : class
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var tenantId = db.TenantId;
        if (await db.Set<T>().Where(r => EF.Property<string>(r, column) == tenantId).ExecuteDeleteAsync(ct) is > 0 and var removed)
        {
            await note(db, typeof(T).Name, removed);
        }

        await transaction.CommitAsync(ct);
    }

    private async Task EmptyAsync<T>(string column, CancellationToken ct)
        where T : class
    {
        await using var db = await OpenAsync<T>(ct);
        await db.Set<T>().ExecuteUpdateAsync(set => set.SetProperty(r => EF.Property<string?>(r, column), (string?)null), ct);
    }

    private async Task<long> CountAsync<T>(CancellationToken ct)
        where T : class
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Set<T>().LongCountAsync(ct);
    }

    private async Task<int?> FirstAsync<T>(string number, CancellationToken ct)
        where T : class
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Set<T>().MinAsync(r => (int?)EF.Property<int>(r, number), ct);
    }

    private async Task<DateTime?> BusyUntilAsync<T>(string column, CancellationToken ct)
        where T : class
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Set<T>().MaxAsync(r => EF.Property<DateTime?>(r, column), ct);
    }

    private async Task<PortalDbContext> OpenAsync<T>(CancellationToken ct) =>
        typeof(IAppendOnly).IsAssignableFrom(typeof(T)) ? owner() : await dbs.CreateDbContextAsync(ct);

    private T Call<T>(MethodInfo method, IEntityType entity, params object[] arguments) =>
        (T)(method.MakeGenericMethod(entity.ClrType).Invoke(this, arguments) ?? throw new InvalidOperationException(method.Name));

    private static MethodInfo Method(string name) =>
        typeof(TenantRows).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic).Single(m => m.Name == name && m.IsGenericMethodDefinition);
}
