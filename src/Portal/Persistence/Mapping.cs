using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Persistence;

/// <summary>The few words every entity's mapping needs.</summary>
public static class Mapping
{
    /// <summary>Room for a prompt, an answer, or a document: unbounded on SQL Server, bounded elsewhere.</summary>
    public const int LongText = 4_000_000;

    public static void HasPublicId<T>(this EntityTypeBuilder<T> entity, string prefix)
        where T : TenantOwned => HasIdOf(entity.Property(e => e.Id), prefix);

    public static void HasIdOf(this PropertyBuilder<string> id, string prefix)
    {
        id.HasMaxLength(PublicId.MaxLength).HasValueGenerator((_, _) => new PublicIdGenerator(prefix)).ValueGeneratedOnAdd();
        id.Metadata.Sentinel = "";
    }

    public const string ExactAnnotation = "Portal:Exact";

    /// <summary>Text that differs where a letter's case differs: SQL Server would otherwise take "a" for "A".</summary>
    public static PropertyBuilder<string> IsExact(this PropertyBuilder<string> text)
    {
        text.Metadata.SetAnnotation(ExactAnnotation, true);
        return text;
    }

    /// <summary>A reference inside the tenant: the foreign key carries TenantId, so it cannot leave it.</summary>
    public static void BelongsTo<T, TParent>(this EntityTypeBuilder<T> entity, string foreignKey)
        where T : class, ITenantOwned
        where TParent : TenantOwned =>
        entity.HasOne<TParent>().WithMany().HasForeignKey(nameof(ITenantOwned.TenantId), foreignKey).OnDelete(DeleteBehavior.Restrict);
}
