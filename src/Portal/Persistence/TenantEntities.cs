using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Persistence;

/// <summary>
/// The tenant's tables of a model, whatever a row must refer to before the row itself. <paramref name="Loose"/> are the references that
/// close a circle, such as an endpoint's to the deployment that is live: they may be empty, and are set last or not at all.
/// </summary>
public sealed record TenantEntities(IReadOnlyList<IEntityType> ParentFirst, IReadOnlyList<IForeignKey> Loose)
{
    public static TenantEntities Of(IModel model)
    {
        var open = model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)).OrderBy(e => e.ClrType.Name, StringComparer.Ordinal).ToList();
        List<IEntityType> placed = [];
        List<IForeignKey> loose = [];
        while (open.Count > 0)
        {
            var ready = open.FindAll(e => Waiting(e).Count is 0);
            if (ready.Count is 0)
            {
                loose.Add(open.SelectMany(Waiting).FirstOrDefault(k => !k.IsRequired)
                    ?? throw new InvalidOperationException($"{open[0].ClrType.Name} and others each need the other first: make one of their references nullable."));
                continue;
            }

            placed.AddRange(ready);
            open.RemoveAll(ready.Contains);
        }

        return new TenantEntities(placed, loose);

        List<IForeignKey> Waiting(IEntityType entity) =>
            [.. entity.GetForeignKeys().Where(k => open.Contains(k.PrincipalEntityType) && k.PrincipalEntityType != entity && !loose.Contains(k))];
    }
}
