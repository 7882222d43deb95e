using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Tests.Architecture;

/// <summary>What must hold for every table, as functions of one entity of the model.</summary>
internal static class ModelRules
{
    /// <summary>SQL Server's limits for the key of a clustered and of any other index, in bytes.</summary>
    private const int KeyBytes = 900;
    private const int IndexBytes = 1_700;

    public static IEnumerable<string> Broken(IEntityType entity)
    {
        var isOwned = typeof(ITenantOwned).IsAssignableFrom(entity.ClrType);
        if (!isOwned && !GlobalTables.Names.Contains(entity.ClrType.Name))
        {
            yield return $"{entity.ClrType.Name} is neither ITenantOwned nor on GlobalTables";
        }

        foreach (var text in Texts(entity).Where(t => t.GetMaxLength() is null))
        {
            yield return $"{entity.ClrType.Name}.{text.Name} has no maximum length";
        }

        var keys = entity.GetKeys().Select(k => (Properties: k.Properties, Limit: KeyBytes));
        var indexes = entity.GetIndexes().Select(i => (Properties: i.Properties, Limit: IndexBytes));
        foreach (var (properties, limit) in keys.Concat(indexes))
        {
            if (properties.Sum(BytesOf) is var bytes && bytes > limit)
            {
                yield return $"{entity.ClrType.Name} ({Names(properties)}) needs {bytes} bytes; SQL Server takes {limit}";
            }
        }

        foreach (var unique in isOwned ? entity.GetIndexes().Where(i => i.IsUnique).Select(i => i.Properties).Concat(entity.GetKeys().Select(k => k.Properties)) : [])
        {
            if (unique[0].Name is not nameof(ITenantOwned.TenantId))
            {
                yield return $"{entity.ClrType.Name} is unique by ({Names(unique)}), which does not start with TenantId";
            }
        }

        foreach (var key in isOwned ? entity.GetForeignKeys().Where(k => typeof(ITenantOwned).IsAssignableFrom(k.PrincipalEntityType.ClrType)) : [])
        {
            if (key.Properties[0].Name is not nameof(ITenantOwned.TenantId))
            {
                yield return $"{entity.ClrType.Name} points to {key.PrincipalEntityType.ClrType.Name} by ({Names(key.Properties)}): it could point into another organisation";
            }
        }

        foreach (var id in isOwned ? entity.GetProperties().Where(p => IsReference(p) && !PlainIds.Reasons.ContainsKey($"{entity.ClrType.Name}.{p.Name}")) : [])
        {
            if (!entity.GetForeignKeys().Any(k => k.Properties[0].Name is nameof(ITenantOwned.TenantId) && k.Properties.Contains(id)))
            {
                yield return $"{entity.ClrType.Name}.{id.Name} has no foreign key by (TenantId, {id.Name}): say BelongsTo, or put it on PlainIds with the reason";
            }
        }

        foreach (var key in entity.GetForeignKeys().Where(k => k.DeleteBehavior is DeleteBehavior.Cascade or DeleteBehavior.ClientCascade && !k.IsOwnership))
        {
            yield return $"{entity.ClrType.Name} is deleted with {key.PrincipalEntityType.ClrType.Name} unsaid";
        }
    }

    // People are global: a user's id names the same person in every organisation. Base models are the catalogue's.
    private static bool IsReference(IProperty property) =>
        property.ClrType == typeof(string) && property.Name.EndsWith("Id", StringComparison.Ordinal)
        && property.Name is not ("Id" or nameof(ITenantOwned.TenantId) or "BaseModelId") && !property.Name.EndsWith("UserId", StringComparison.Ordinal);

    private static IEnumerable<IProperty> Texts(IEntityType entity) => entity.GetFlattenedProperties()
        .Where(p => (p.GetTypeMapping().Converter?.ProviderClrType ?? p.ClrType) == typeof(string));

    private static int BytesOf(IProperty property) => (property.GetTypeMapping().Converter?.ProviderClrType ?? property.ClrType) switch
    {
        var type when type == typeof(string) => 2 * (property.GetMaxLength() ?? 4_000),
        _ => 8,
    };

    private static string Names(IEnumerable<IProperty> properties) => string.Join(", ", properties.Select(p => p.Name));
}
