using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Persistence;

/// <summary>
/// The filter of a scope restricted to some projects: a row counts as the project's that its ProjectId names, or the row
/// it belongs to. A table that leads to no project is hidden, so that a new one is closed by default.
/// </summary>
internal sealed class ProjectFilter(PortalDbContext db)
{
    public const string Name = "project";

    private const string ProjectId = "ProjectId";

    public LambdaExpression? Of(IMutableEntityType entity)
    {
        if (typeof(ISeenByAll).IsAssignableFrom(entity.ClrType))
        {
            return null;
        }

        if (typeof(IProjectRoot).IsAssignableFrom(entity.ClrType))
        {
            return Call(nameof(IsOneOf), [entity.ClrType], nameof(IProjectRoot.Id));
        }

        if (entity.FindProperty(ProjectId) is { ClrType: { } type } && type == typeof(string))
        {
            return Call(nameof(IsOneOf), [entity.ClrType], ProjectId);
        }

        return ParentOf(entity, []) is { } key
            ? Call(nameof(HasParent), [entity.ClrType, key.PrincipalEntityType.ClrType], key.Properties[1].Name, key.PrincipalKey.Properties[1].Name)
            : Call(nameof(Hidden), [entity.ClrType]);
    }

    /// <summary>The reference by which a row leads to a project, directly or over further parents.</summary>
    private static IMutableForeignKey? ParentOf(IMutableEntityType entity, HashSet<IMutableEntityType> seen) => !seen.Add(entity) ? null
        : entity.GetForeignKeys().FirstOrDefault(key =>
            key.Properties is [{ Name: nameof(ITenantOwned.TenantId) }, _]
            && key.PrincipalEntityType is var parent
            && (typeof(IProjectRoot).IsAssignableFrom(parent.ClrType) || parent.FindProperty(ProjectId) is not null || ParentOf(parent, seen) is not null));

    private LambdaExpression? Call(string method, Type[] types, params object[] arguments) =>
        typeof(ProjectFilter).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)?
            .MakeGenericMethod(types).Invoke(null, [db, .. arguments]) as LambdaExpression;

    private static Expression<Func<T, bool>> IsOneOf<T>(PortalDbContext db, string property) => row => db.ProjectIds.Contains(EF.Property<string>(row!, property));

    // The parent's own filters are applied to the set that is asked here.
    private static Expression<Func<T, bool>> HasParent<T, TParent>(PortalDbContext db, string foreignKey, string key)
        where T : class, ITenantOwned
        where TParent : class, ITenantOwned =>
        row => db.Set<TParent>().Any(parent => parent.TenantId == row.TenantId && EF.Property<string>(parent, key) == EF.Property<string>(row, foreignKey));

    private static Expression<Func<T, bool>> Hidden<T>(PortalDbContext db) => row => false;
}
