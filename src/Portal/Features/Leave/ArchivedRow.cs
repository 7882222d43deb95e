using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Features.Leave;

/// <summary>A row as an archive gives it, by column, before anything is made of it.</summary>
internal sealed class ArchivedRow(IEntityType entity, Dictionary<string, object?> values)
{
    private static readonly MethodInfo s_new = typeof(ArchivedRow).GetMethod(nameof(New), BindingFlags.Static | BindingFlags.NonPublic) ?? throw new MissingMethodException(nameof(New));

    public IEntityType Entity => entity;

    public object? this[string column]
    {
        get => values.GetValueOrDefault(column);
        set => values[column] = value;
    }

    public bool Has(string column) => values.ContainsKey(column);

    public string Text(string column) => this[column] as string ?? "";

    public bool Is<T>(string column, params ReadOnlySpan<T> among)
        where T : struct, Enum
    {
        foreach (var one in among)
        {
            if (this[column] is T value && EqualityComparer<T>.Default.Equals(value, one))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The row's own name within its table.</summary>
    public string Key(IEnumerable<string> columns) => string.Join('/', columns.Select(c => this[c]));

    /// <summary>The entity, as it was saved where it comes from.</summary>
    public object Build()
    {
        var row = s_new.MakeGenericMethod(entity.ClrType).Invoke(null, null) ?? throw new InvalidOperationException(entity.Name);
        foreach (var property in entity.GetProperties().Where(p => p.ClrType == typeof(string) && !p.IsNullable && !p.IsPrimaryKey() && p.PropertyInfo?.GetValue(row) is null))
        {
            // What an archive leaves out, a secret, is empty.
            Set(property, row, "");
        }

        foreach (var (column, value) in values)
        {
            Set((IPropertyBase?)entity.FindProperty(column) ?? entity.FindComplexProperty(column) ?? throw new InvalidOperationException(column), row, value);
        }

        return row;
    }

    private static T New<T>() => Activator.CreateInstance<T>();

    // By the field, as a row comes from the database: a setter may be another class's own.
    private static void Set(IPropertyBase property, object row, object? value) =>
        (property.FieldInfo ?? throw new NotSupportedException($"{property.DeclaringType.DisplayName()}.{property.Name} has no field to read it back into.")).SetValue(row, value);
}
