using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Portal.Vertex.Contracts;

/// <summary>
/// The proto3 JSON mapping for the contracts of this folder. Presence follows nullability: a member that may not be null is left out when
/// it is zero, false or empty, and stays at its default when the wire says null; a nullable member is left out only when it is null.
/// Reading takes camelCase and snake_case. Source: vertex-ai.md 1.3.
/// </summary>
public static class VertexJson
{
    /// <summary>For every read and write of a contract, on both sides of the wire. Read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
            NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
            // The result is a JSON body, never part of a page: text of other scripts need not be escaped.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { FollowProto3 } },
            Converters = { new VertexInt64Converter(), new VertexTimestampConverter(), new VertexDurationConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void FollowProto3(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Namespace != typeof(VertexJson).Namespace)
        {
            return;
        }

        foreach (var property in type.Properties.ToArray())
        {
            if (!property.PropertyType.IsValueType && !property.IsGetNullable)
            {
                property.ShouldSerialize = static (_, value) => !IsEmpty(value);
                KeepDefaultWhenNull(property);
            }

            AcceptSnakeCase(type, property);
        }
    }

    private static bool IsEmpty(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        ICollection collection => collection.Count == 0,
        IEnumerable items => !items.Cast<object>().Any(),
        _ => false,
    };

    private static void KeepDefaultWhenNull(JsonPropertyInfo property)
    {
        if (property.Set is not { } set)
        {
            return;
        }

        property.IsSetNullable = true;
        property.Set = (target, value) =>
        {
            if (value is not null)
            {
                set(target, value);
            }
        };
    }

    private static void AcceptSnakeCase(JsonTypeInfo type, JsonPropertyInfo property)
    {
        var snake = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        if (property.Set is null || type.Properties.Any(other => other.Name == snake))
        {
            return;
        }

        var alias = type.CreateJsonPropertyInfo(property.PropertyType, snake);
        alias.Set = property.Set;
        type.Properties.Add(alias);
    }
}
