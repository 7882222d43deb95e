using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Persistence;

/// <summary>What the application's role may do with a table. Whoever owns the tables may do everything.</summary>
internal sealed record TableRights(string Table, IReadOnlyList<string> Granted)
{
    private static readonly string[] s_all = ["SELECT", "INSERT", "UPDATE", "DELETE"];

    public IReadOnlyList<string> Refused => [.. s_all.Except(Granted)];

    public static IReadOnlyList<TableRights> Of(IModel model) =>
    [
        .. model.GetRelationalModel().Tables.OrderBy(t => t.Name, StringComparer.Ordinal).Select(table =>
        {
            bool Holds<T>() => table.EntityTypeMappings.Any(m => typeof(T).IsAssignableFrom(m.TypeBase.ClrType));
            return new TableRights(table.Name, Holds<IOwnerWritten>() ? s_all[..1] : Holds<IAppendOnly>() ? s_all[..2] : s_all);
        }),
    ];
}
