using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>
/// Tables × people who are inside: all that a query which says nothing of whose rows it wants is given. A use case may ask for the parent
/// first, so that a table that is open to all is not seen through it; through this it is.
/// </summary>
internal sealed class TableMatrix(Matrix matrix)
{
    public static IReadOnlyList<IEntityType> Find(IsolationWorld world)
    {
        using var db = world.Database.CreateOwnerContext();
        return [.. db.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)).OrderBy(e => e.ClrType.Name, StringComparer.Ordinal)];
    }

    public async Task RunAsync(IEntityType table)
    {
        foreach (var person in matrix.World.People.Where(p => p.Name is "owner" or "consultant" or "looking-in"))
        {
            var cell = await matrix.InsideAsync(person, services => ReadAsync(services, table));
            matrix.Take(table.ClrType.Name, person, "all rows", cell);
            if (cell.Outcome is not { Said: Said.Answered } || person.Name is "owner" && cell.Outcome.Text is "")
            {
                matrix.Fail(table.ClrType.Name, person, "all rows", $"has none, so nothing was tried: {cell.Outcome.Plain}");
            }

            // What leads to no project is nobody's who was let into some.
            if (person.Standing is Standing.Consultant && cell.Outcome.Text is not "" && !typeof(ISeenByAll).IsAssignableFrom(table.ClrType) && !Planting.LeadsToProject(table, []))
            {
                matrix.Fail(table.ClrType.Name, person, "all rows", $"is given what is not of a project: {cell.Outcome.Plain}");
            }

            // Rows of counts hold no canary: what they hang from says whose they are.
            foreach (var stranger in matrix.StrangersTo(person).Where(s => s.Ids.Values.Append(s.TenantId).Except([.. matrix.World.Own.Ids.Values, matrix.World.Own.TenantId]).Any(id => cell.Outcome.Text.Contains(id, StringComparison.Ordinal))))
            {
                matrix.Fail(table.ClrType.Name, person, "all rows", $"is given rows of {stranger.Slug}");
            }
        }
    }

    private static async Task<Outcome> ReadAsync(IServiceProvider services, IEntityType table)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var rows = (IAsyncEnumerable<object>)typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!.MakeGenericMethod(table.ClrType).Invoke(db, null)!;
        var text = new StringBuilder();
        await foreach (var row in rows)
        {
            text.AppendLine(string.Join('|', db.Entry(row).Properties.Select(p => Convert.ToString(p.CurrentValue, CultureInfo.InvariantCulture))));
        }

        return new Outcome(Said.Answered, text.ToString());
    }
}
