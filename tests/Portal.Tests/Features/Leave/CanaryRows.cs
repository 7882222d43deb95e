using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Tests.Features.Leave;

/// <summary>
/// One row in every table of an organisation, with its canary in every text that has room for it, and every reference pointing at such a
/// row. Made from the model, so that a new table is planted without being named.
/// </summary>
internal static class CanaryRows
{
    public static Task PlantAsync(PortalDatabase database, string tenantId, string canary) => PlantAsync(database, tenantId, canary, _ => true, (_, value) => value);

    /// <param name="isPlanted">Tables to leave out say false.</param>
    /// <param name="better">What a property holds instead of what is made up for it here.</param>
    /// <returns>The rows by their types.</returns>
    public static async Task<Dictionary<Type, object>> PlantAsync(
        PortalDatabase database, string tenantId, string canary, Func<IEntityType, bool> isPlanted, Func<IProperty, object?, object?> better)
    {
        // As the owner: some tables are only read by the application.
        await using var db = database.CreateOwnerContext(database.For(tenantId).Scope);
        var tables = TenantEntities.Of(db.Model);
        Dictionary<IEntityType, object> planted = [];
        foreach (var entity in tables.ParentFirst.Where(isPlanted))
        {
            var row = Activator.CreateInstance(entity.ClrType, nonPublic: true)!;
            var entry = db.Entry(row);
            foreach (var property in entity.GetProperties().Where(p => p.Name is not nameof(ITenantOwned.TenantId)))
            {
                if (ParentOf(property, tables) is { } parent)
                {
                    entry.Property(property).CurrentValue = planted.TryGetValue(parent.PrincipalEntityType, out var row0)
                        ? db.Entry(row0).Property(parent.PrincipalKey.Properties[parent.Properties.IndexOf(property)]).CurrentValue : null;
                }
                else if (property.Name is not "Id")
                {
                    entry.Property(property).CurrentValue = better(property, ValueOf(property, canary, db.Now));
                }
            }

            entry.State = EntityState.Added;
            planted[entity] = row;
            await db.SaveChangesAsync();
        }

        return planted.ToDictionary(p => p.Key.ClrType, p => p.Value);
    }

    private static IForeignKey? ParentOf(IProperty property, TenantEntities tables) => property.GetContainingForeignKeys()
        .FirstOrDefault(k => typeof(ITenantOwned).IsAssignableFrom(k.PrincipalEntityType.ClrType) || tables.Loose.Contains(k));

    private static object? ValueOf(IProperty property, string canary, DateTime now)
    {
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        return type switch
        {
            _ when property.Name.EndsWith("LeaseUntil", StringComparison.Ordinal) || property.Name is "TestingUntil" => null,
            _ when type == typeof(string) && property.GetMaxLength() is { } room && room < canary.Length => new string('x', Math.Min(room, 1)),
            _ when type == typeof(string) => canary,
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 1,
            _ when type == typeof(long) => 1L,
            _ when type == typeof(double) => 0.5,
            _ when type == typeof(DateTime) => now,
            { IsEnum: true } => Enum.GetValues(type).GetValue(0),
            _ => throw new NotSupportedException($"Say how a planted row fills a {type.Name}."),
        };
    }

    private static int IndexOf(this IReadOnlyList<IProperty> properties, IProperty property)
    {
        for (var i = 0; i < properties.Count; i++)
        {
            if (properties[i] == property)
            {
                return i;
            }
        }

        return -1;
    }
}
