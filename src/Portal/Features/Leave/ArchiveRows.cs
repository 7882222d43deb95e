using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>The rows of one table as lines of JSON, in the order of their keys, one at a time.</summary>
internal sealed class ArchiveRows(PortalDbContext db, IEntityType entity)
{
    private static readonly MethodInfo s_write = Method(nameof(WriteAsync));
    private static readonly MethodInfo s_count = Method(nameof(CountAsync));

    private readonly IReadOnlyList<(IProperty Column, JsonEncodedText Name)> _columns =
        [.. ArchiveContent.ColumnsOf(entity).Select(c => (c, JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(c.Name))))];

    public Task<long> CountAsync(CancellationToken ct) => Call<Task<long>>(s_count, ct);

    public Task<long> WriteAsync(Stream lines, ArchiveProgress progress, CancellationToken ct) => Call<Task<long>>(s_write, lines, progress, ct);

    private Task<long> CountAsync<T>(CancellationToken ct)
        where T : class => db.Set<T>().LongCountAsync(ct);

    private async Task<long> WriteAsync<T>(Stream lines, ArchiveProgress progress, CancellationToken ct)
        where T : class
    {
        using var buffer = new MemoryStream();
        await using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ArchiveManifest.Json.Encoder });
        var rows = 0L;
        await foreach (var row in Ordered<T>().AsAsyncEnumerable().WithCancellation(ct))
        {
            WriteRow(json, row);
            await json.FlushAsync(ct);
            buffer.WriteByte((byte)'\n');
            await lines.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), ct);
            buffer.SetLength(0);
            json.Reset();
            rows++;
            await progress.StepAsync(1);
        }

        return rows;
    }

    private IQueryable<T> Ordered<T>()
        where T : class
    {
        IOrderedQueryable<T>? ordered = null;
        foreach (var name in entity.FindPrimaryKey()!.Properties.Select(p => p.Name).Where(n => n is not nameof(ITenantOwned.TenantId))) // every table has a key
        {
            ordered = ordered is null ? db.Set<T>().AsNoTracking().OrderBy(e => EF.Property<object>(e, name)) : ordered.ThenBy(e => EF.Property<object>(e, name));
        }

        return ordered ?? (IQueryable<T>)db.Set<T>().AsNoTracking();
    }

    private void WriteRow(Utf8JsonWriter json, object row)
    {
        json.WriteStartObject();
        foreach (var (column, name) in _columns)
        {
            json.WritePropertyName(name);
            WriteValue(json, column.GetGetter().GetClrValue(row));
        }

        foreach (var figures in entity.GetComplexProperties())
        {
            json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(figures.Name));
            JsonSerializer.Serialize(json, figures.PropertyInfo?.GetValue(row), figures.ClrType, ArchiveManifest.Compact);
        }

        if (row is FrozenExample frozen)
        {
            // What the version's hashes were made of: anybody can follow them without the portal.
            json.WriteString("sha256", Convert.ToHexStringLower(FrozenExample.HashOf(frozen.Input, frozen.Output, frozen.System, frozen.Content)));
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case double number: json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case decimal number: json.WriteNumberValue(number); break;
            case DateTime time: json.WriteStringValue(time); break;
            case Enum word: json.WriteStringValue(word.ToString()); break;
            case IEnumerable values:
                json.WriteStartArray();
                foreach (var one in values)
                {
                    WriteValue(json, one);
                }

                json.WriteEndArray();
                break;
            default: throw new NotSupportedException($"Say how an archive writes a {value.GetType().Name}.");
        }
    }

    private T Call<T>(MethodInfo method, params object[] arguments) =>
        (T)(method.MakeGenericMethod(entity.ClrType).Invoke(this, arguments) ?? throw new InvalidOperationException(method.Name));

    private static MethodInfo Method(string name) =>
        typeof(ArchiveRows).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic).Single(m => m.Name == name && m.IsGenericMethodDefinition);
}
