using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Reads rows of one table: every column known, of its type, within its length; ids that are ids.</summary>
internal sealed partial class ArchiveRowReader(IEntityType entity)
{
    /// <summary>Ids that no foreign key holds, and that must be ids all the same.</summary>
    private static readonly FrozenSet<string> s_plainIds = FrozenSet.Create("Id", "ProjectId", "SubjectId", "KeyId", "BaseModelId");

    private readonly FrozenDictionary<string, IPropertyBase> _columns = ArchiveContent.ColumnsOf(entity).Concat<IPropertyBase>(entity.GetComplexProperties())
        .ToFrozenDictionary(c => JsonNamingPolicy.CamelCase.ConvertName(c.Name), StringComparer.Ordinal);

    private readonly PropertyInfo[] _derived =
        [.. entity.ClrType.GetProperties().Where(p => p.CanRead && p.GetIndexParameters().Length is 0 && entity.FindProperty(p.Name) is null && entity.FindComplexProperty(p.Name) is null)];

    /// <summary>More than anything costs or uses, and little enough that a million of it can be added up.</summary>
    private const long MostOfAnything = 1_000_000_000_000;

    /// <summary>A name of Google's for a place: it becomes part of the address that a credential is sent to.</summary>
    private const string Location = "Location";

    public IEntityType Entity => entity;

    public static bool IsId(string text, int longest) => text.Length <= longest && Id.IsMatch(text);

    public ArchivedRow Read(JsonElement line, Func<string, Exception?, PortalException> refused)
    {
        Dictionary<string, object?> values = new(StringComparer.Ordinal);
        foreach (var field in line.EnumerateObject())
        {
            if (!_columns.TryGetValue(field.Name, out var column))
            {
                // The hash of an example is written for readers without the portal; here it is made anew.
                if (entity.ClrType == typeof(Data.FrozenExample) && field.Name is "sha256")
                {
                    continue;
                }

                throw refused($"there is no column \"{ArchiveReader.Shown(field.Name)}\"", null);
            }

            try
            {
                values[column.Name] = column is IProperty property ? ValueOf(property, field.Value) : field.Value.Deserialize(column.ClrType, ArchiveManifest.Strict);
            }
            catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or JsonException or OverflowException)
            {
                throw refused($"{column.Name} {Why(wrong)}", wrong);
            }
        }

        foreach (var key in entity.FindPrimaryKey()!.Properties.Where(p => p.Name is not nameof(ITenantOwned.TenantId) && !values.ContainsKey(p.Name))) // every table has a key
        {
            throw refused($"{key.Name} is missing", null);
        }

        return new ArchivedRow(entity, values);
    }

    /// <summary>What an entity makes of its own columns must not fail later, on somebody's page.</summary>
    public void Try(object row, Func<string, Exception?, PortalException> refused)
    {
        foreach (var property in _derived)
        {
            try
            {
                property.GetValue(row);
            }
            catch (TargetInvocationException broken)
            {
                throw refused($"{property.Name} cannot be read from its columns", broken);
            }
        }
    }

    private static object? ValueOf(IProperty column, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
        {
            return column.IsNullable ? null : throw new FormatException("must not be empty");
        }

        var type = Nullable.GetUnderlyingType(column.ClrType) ?? column.ClrType;
        return type switch
        {
            _ when type == typeof(string) => TextOf(column, value.GetString() ?? throw new FormatException("must be a text")),
            _ when type == typeof(bool) => value.GetBoolean(),
            _ when type == typeof(int) => value.GetInt32(),
            _ when type == typeof(long) => AmountOf(column, value.GetInt64()),
            _ when type == typeof(double) && value.ValueKind is JsonValueKind.String => double.Parse(value.GetString() ?? "", NumberStyles.Float, CultureInfo.InvariantCulture),
            _ when type == typeof(double) => double.IsFinite(value.GetDouble()) ? value.GetDouble() : throw new FormatException("is out of range"),
            _ when type == typeof(decimal) => value.GetDecimal(),
            _ when type == typeof(DateTime) => value.GetDateTime() is { Kind: DateTimeKind.Utc } time ? time : throw new FormatException("must be a time in UTC"),
            { IsEnum: true } => WordOf(type, value.GetString() ?? ""),
            _ => throw new NotSupportedException($"Say how an archive reads a {type.Name}."),
        };
    }

    private static long AmountOf(IProperty column, long value) =>
        value is >= 0 and <= MostOfAnything || !(column.Name.EndsWith("Micros", StringComparison.Ordinal) || column.Name.EndsWith("PerMillion", StringComparison.Ordinal) || column.Name is "Quantity") ? value
            : throw new FormatException($"is {value:N0}, which nothing can cost or use");

    private static string TextOf(IProperty column, string text)
    {
        if (text.Length > column.GetMaxLength())
        {
            throw new FormatException($"has {text.Length:N0} characters; {column.GetMaxLength():N0} is the most");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new FormatException("has a character that no database takes");
        }

        if (column.Name is Location && !Place.IsMatch(text))
        {
            throw new FormatException($"is no place of Google's: \"{ArchiveReader.Shown(text)}\"");
        }

        var mustBeId = s_plainIds.Contains(column.Name) || column.Name.EndsWith("UserId", StringComparison.Ordinal) || column.IsForeignKey() || (column.IsPrimaryKey() && column.Name.EndsWith("Id", StringComparison.Ordinal));
        return !mustBeId || Id.IsMatch(text) || (text is "" && !column.IsKey() && !column.IsForeignKey()) ? text
            : throw new FormatException($"is no id: \"{ArchiveReader.Shown(text)}\"");
    }

    private static object WordOf(Type type, string word) =>
        Enum.GetNames(type).Contains(word, StringComparer.Ordinal) ? Enum.Parse(type, word) : throw new FormatException($"is none of {string.Join(", ", Enum.GetNames(type))}");

    private static string Why(Exception wrong) => wrong is FormatException and { Message: var message } && message.Length > 0 && char.IsLower(message[0]) ? message : "is not of its type";

    [GeneratedRegex(@"^[a-z0-9-]{0,40}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Place { get; }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Id { get; }
}
