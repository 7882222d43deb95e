using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Portal.Persistence;

/// <summary>
/// One model for three databases. Each slice declares its tables as extension properties beside its entities,
/// so this folder knows no slice.
/// </summary>
public abstract class PortalDbContext(DbContextOptions options, TenantScope scope, TimeProvider time)
    : DbContext(options), IDataProtectionKeyContext
{
    public const string TenantFilter = "tenant";

    private static readonly MethodInfo s_filter = typeof(PortalDbContext)
        .GetMethod(nameof(FilterOf), BindingFlags.Instance | BindingFlags.NonPublic) ?? throw new MissingMethodException(nameof(FilterOf));

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Read by every tenant filter; throws while nobody has said for whom this code acts.</summary>
    public string TenantId => scope.TenantId;

    public bool IsPlatform => scope.IsPlatform;

    /// <summary>What the database is told: nobody's rows for nobody, and for the platform, which it is told of apart.</summary>
    internal string TenantIdOrNone => scope.IsSet && !scope.IsPlatform ? scope.TenantId : "";

    /// <summary>What a restricted scope's project filters ask; empty, so that nothing is seen, should one be asked elsewhere.</summary>
    public IReadOnlyCollection<string> ProjectIds => scope.ProjectIds ?? [];

    public bool IsRestricted => scope.ProjectIds is not null;

    /// <summary>Whoever is behind it looks and changes nothing; the audit log is written all the same.</summary>
    public bool IsReadOnly => scope.IsReadOnly;

    public Actor Actor => scope.Actor;

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Audit entries of what is saved next; they get their place in the chain in that transaction.</summary>
    internal List<AuditEntry> Unchained { get; } = [];

    /// <summary>What is changed beside what is saved next, in its transaction.</summary>
    internal IAlongSave? Along { get; set; }

    /// <summary>The chain's end is being moved, which a context that only reads may do as well.</summary>
    internal bool IsChaining { get; set; }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        if (Unchained.Count > 0 || Along is not null)
        {
            throw new InvalidOperationException("What is audited, or counted at budgets, is saved by SaveChangesAsync.");
        }

        GuardAndStamp();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (Unchained.Count > 0 || Along is not null)
        {
            return await SaveTogetherAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        GuardAndStamp();
        return await SaveRowsAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ReplaceService<IModelCacheKeyFactory, ScopedModelCacheKeyFactory>().AddInterceptors(PlatformOnlyReads.Instance, AppendOnlyRows.Instance, OnlyReads.Instance);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<long>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
        configurationBuilder.Properties<string>().HaveMaxLength(400);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PortalDbContext).Assembly);
        modelBuilder.Entity<DataProtectionKey>().Property(k => k.Xml).HasMaxLength(Mapping.LongText);

        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => !e.IsOwned() && e.BaseType is null).ToList())
        {
            if (typeof(ITenantOwned).IsAssignableFrom(entity.ClrType))
            {
                MapTenantOwned(modelBuilder, entity);
            }

            if (typeof(IVersioned).IsAssignableFrom(entity.ClrType))
            {
                modelBuilder.Entity(entity.ClrType).Property(nameof(IVersioned.Version)).IsConcurrencyToken();
            }

            // Cascades would make several paths to one table, which SQL Server refuses; deleting is always said in code.
            foreach (var key in entity.GetForeignKeys().Where(k => !k.IsOwnership))
            {
                key.DeleteBehavior = DeleteBehavior.Restrict;
            }
        }

        // Once all have their keys: a filter that asks for a row's parent names the parent's key.
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)).ToList())
        {
            Filter(modelBuilder, entity);
        }
    }

    private static void MapTenantOwned(ModelBuilder model, IMutableEntityType entity)
    {
        var builder = model.Entity(entity.ClrType);
        var tenant = builder.Property(nameof(ITenantOwned.TenantId)).HasMaxLength(PublicId.MaxLength)
            .HasValueGenerator((_, _) => new TenantIdGenerator()).ValueGeneratedOnAdd();
        tenant.Metadata.Sentinel = "";

        if (typeof(TenantOwned).IsAssignableFrom(entity.ClrType))
        {
            builder.HasKey(nameof(TenantOwned.TenantId), nameof(TenantOwned.Id));
        }
    }

    private void Filter(ModelBuilder model, IMutableEntityType entity)
    {
        var builder = model.Entity(entity.ClrType);
        // Two cached models instead of "IsPlatform || …" in every query: an OR on a parameter would cost the index.
        if (!IsPlatform && s_filter.MakeGenericMethod(entity.ClrType).Invoke(this, null) is LambdaExpression filter)
        {
            builder.HasQueryFilter(TenantFilter, filter);
            if (IsRestricted && new ProjectFilter(this).Of(entity) is { } projects)
            {
                builder.HasQueryFilter(ProjectFilter.Name, projects);
            }
        }
    }

    /// <summary>
    /// What two saves at once come to is one kind of exception everywhere: PostgreSQL's provider wraps a deadlock into another, so that whoever
    /// catches the conflict would miss it.
    /// </summary>
    private async Task<int> SaveRowsAsync(bool acceptAllChangesOnSuccess, CancellationToken ct)
    {
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, ct);
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is DbUpdateException conflict)
        {
            ExceptionDispatchInfo.Throw(conflict);
            throw;
        }
    }

    private async Task<int> SaveTogetherAsync(bool acceptAllChangesOnSuccess, CancellationToken ct)
    {
        var entries = Unchained.ToList();
        await using var own = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(ct) : null;
        try
        {
            // The chain first, whatever else is waited for: so no two wait for each other.
            var isChained = entries.Count is 0 || await this.ChainAsync(entries, ct);
            var finish = Along is null ? null : await Along.BeginAsync(this, ct);
            GuardAndStamp();
            if (!isChained)
            {
                // The organisation's first entry. Two firsts at once meet at the key, and the later act fails as any conflict does.
                Add(new AuditHead());
                await SaveRowsAsync(acceptAllChangesOnSuccess, ct);
                await this.ChainAsync(entries, ct);
            }

            AddRange(entries);
            var saved = await SaveRowsAsync(acceptAllChangesOnSuccess, ct);
            if (finish is not null)
            {
                await finish(ct);
            }

            if (own is not null)
            {
                await own.CommitAsync(ct);
            }

            Unchained.Clear();
            Along = null;
            return saved;
        }
        catch (Exception fault)
        {
            // Whoever tries again chains them again.
            entries.ForEach(entry => Entry(entry).State = EntityState.Detached);
            // A server names every row of the failed batch, in an order of its own.
            if (fault is DbUpdateException { Entries: var rows } and not DbUpdateConcurrencyException && rows.Any(r => r.Entity is AuditHead))
            {
                throw new DbUpdateConcurrencyException("Two first entries of one audit log were written at once.", fault);
            }

            throw;
        }
    }

    private Expression<Func<T, bool>> FilterOf<T>() where T : ITenantOwned => row => row.TenantId == TenantId;

    /// <summary>A global row may say whose it is, and nobody may say it of somebody else: an index of keys or a membership opens doors.</summary>
    private bool NamesAnother(EntityEntry entry) =>
        scope.IsSet && !IsPlatform && entry.Metadata.FindProperty(nameof(ITenantOwned.TenantId)) is { } tenant
        && entry.Property(tenant) is var whose && (whose.CurrentValue as string != TenantId || whose.OriginalValue as string != TenantId);

    private void GuardAndStamp()
    {
        foreach (var entry in ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted))
            {
                continue;
            }

            if (IsReadOnly && entry.Entity is not (AuditEntry or AuditHead))
            {
                throw new OnlyReadsException();
            }

            if (entry.Entity is ITenantOwned row ? IsPlatform || row.TenantId != TenantId : NamesAnother(entry))
            {
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} of another organisation must not be written from here.");
            }

            if (entry is { Entity: IAppendOnly, State: EntityState.Modified or EntityState.Deleted })
            {
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} is never changed or removed.");
            }

            if (IsRestricted && ProjectOf(entry) is { } project && !ProjectIds.Contains(project))
            {
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} of a project outside this scope must not be written from here.");
            }

            if (entry.Entity is IVersioned versioned && entry.State != EntityState.Deleted)
            {
                entry.Property(nameof(IVersioned.Version)).CurrentValue = versioned.Version + 1;
            }
        }
    }

    private static string? ProjectOf(EntityEntry entry) => entry.Entity is IProjectRoot root ? root.Id
        : entry.Metadata.FindProperty("ProjectId") is null ? null
        : entry.Property("ProjectId").CurrentValue as string;
}

/// <summary>Databases forget the kind of a time; every time of the portal is UTC.</summary>
internal sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
    value => value.Kind == DateTimeKind.Utc ? value : value.ToUniversalTime(),
    value => DateTime.SpecifyKind(value, DateTimeKind.Utc));

internal sealed class ScopedModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), context is PortalDbContext { IsPlatform: true }, context is PortalDbContext { IsRestricted: true }, designTime);
}
