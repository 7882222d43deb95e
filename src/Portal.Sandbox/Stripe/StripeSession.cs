using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Portal.Sandbox.Stripe;

/// <summary>One transaction. What is read is a copy; it counts once it is saved.</summary>
internal sealed class StripeSession(SqliteConnection connection, SqliteTransaction transaction, long now)
{
    /// <summary>The version of the API that this sandbox speaks: that of the Stripe.net it was written for.</summary>
    public const string ApiVersion = "2026-10-28.endive";

    /// <summary>Seconds since 1970 on the wall; an object under a test clock has a time of its own.</summary>
    public long Now { get; } = now;

    /// <summary>The request that changes something, as its events name it.</summary>
    public string? RequestId { get; set; }

    public string? IdempotencyKey { get; set; }

    /// <summary>Something was written.</summary>
    public bool HasChanged { get; private set; }

    public long TimeOf(JsonObject thing) =>
        thing.Text("test_clock") is { } clock && Find(Kinds.TestClock, clock) is { } found ? found.Long("frozen_time") : Now;

    public long TimeOfCustomer(string customerId) => Find(Kinds.Customer, customerId) is { } customer ? TimeOf(customer) : Now;

    public JsonObject? Find(string kind, string id) =>
        Read("SELECT json FROM object WHERE id = $id AND kind = $kind", ("$id", id), ("$kind", kind)).FirstOrDefault();

    public JsonObject Get(string kind, string id, string param = "id") => Find(kind, id) ?? throw StripeRefusal.NoSuch(Kinds.NameOf(kind), id, param);

    /// <summary>Newest first.</summary>
    public List<JsonObject> All(string kind) => Read("SELECT json FROM object WHERE kind = $kind ORDER BY seq DESC", ("$kind", kind));

    public List<JsonObject> Of(string kind, string customerId) =>
        Read("SELECT json FROM object WHERE kind = $kind AND json_extract(json, '$.customer') = $customer ORDER BY seq DESC", ("$kind", kind), ("$customer", customerId));

    /// <summary>Those in one of these states and under that clock; null is the one on the wall.</summary>
    public List<JsonObject> In(string kind, string? clock, params string[] states) => Read(
        "SELECT json FROM object WHERE kind = $kind AND json_extract(json, '$.status') IN (SELECT value FROM json_each($states)) AND json_extract(json, '$.test_clock') IS $clock ORDER BY seq DESC",
        ("$kind", kind), ("$states", JsonSerializer.Serialize(states)), ("$clock", clock));

    /// <summary>Subscriptions whose usage is invoiced once it reaches an amount.</summary>
    public List<JsonObject> WithThreshold() =>
        Read("SELECT json FROM object WHERE kind = $kind AND json_extract(json, '$.billing_thresholds.amount_gte') IS NOT NULL", ("$kind", Kinds.Subscription));

    public JsonObject Save(JsonObject thing)
    {
        Run("INSERT INTO object (id, kind, json) VALUES ($id, $kind, $json) ON CONFLICT (id) DO UPDATE SET json = excluded.json",
            ("$id", thing.Required("id")), ("$kind", thing.Required("object")), ("$json", thing.ToJsonString()));
        return thing;
    }

    public void Delete(string id) => Run("DELETE FROM object WHERE id = $id", ("$id", id));

    /// <summary>Saves an object and tells of what happened to it.</summary>
    public JsonObject Tell(string type, JsonObject thing, JsonObject? previous = null)
    {
        Save(thing);
        Emit(type, thing, previous);
        return thing;
    }

    /// <summary>Tells whoever listens that something happened to an object.</summary>
    public JsonObject Emit(string type, JsonObject thing, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = thing.Shown() };
        if (previous is not null)
        {
            data["previous_attributes"] = Changes.Between(previous, thing);
        }

        return Publish(new JsonObject
        {
            ["id"] = StripeIds.Next("evt"), ["object"] = Kinds.Event, ["api_version"] = ApiVersion, ["created"] = TimeOf(thing), ["data"] = data, ["livemode"] = false,
            ["pending_webhooks"] = 0, ["request"] = new JsonObject { ["id"] = RequestId, ["idempotency_key"] = IdempotencyKey }, ["type"] = type,
        });
    }

    /// <summary>Saves an event and queues it for every endpoint that asked for its type.</summary>
    public JsonObject Publish(JsonObject published)
    {
        var type = published.Required("type");
        var asked = All(Kinds.WebhookEndpoint).Where(e => e.Text("status") is "enabled" && Wants(e, type)).ToList();
        published["pending_webhooks"] = asked.Count;
        Save(published);
        foreach (var endpoint in asked)
        {
            Queue(endpoint.Required("id"), published.Required("id"));
        }

        return published;
    }

    public void Queue(string endpointId, string eventId) => Run(
        "INSERT INTO delivery (endpoint, event, attempts, due, state) VALUES ($endpoint, $event, 0, $due, 'pending')", ("$endpoint", endpointId), ("$event", eventId), ("$due", Now));

    public int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        var rows = command.ExecuteNonQuery();
        HasChanged |= rows > 0;
        return rows;
    }

    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    private static bool Wants(JsonObject endpoint, string type) =>
        endpoint["enabled_events"] is JsonArray types && types.Any(t => (string?)t is { } wanted && (wanted == type || (wanted is "*" && !type.StartsWith("v1.", StringComparison.Ordinal))));

    private List<JsonObject> Read(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Rows(sql, row => JsonNode.Parse(row.GetString(0))?.AsObject() ?? throw new InvalidDataException("An object of the practice Stripe is no JSON object."), values);

#pragma warning disable CA2100 // Every statement is a constant of this folder.
    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
#pragma warning restore CA2100

    private static class Changes
    {
        public static JsonObject Between(JsonObject before, JsonObject after)
        {
            var changed = new JsonObject();
            foreach (var (name, value) in before)
            {
                if (!name.StartsWith('_') && !JsonNode.DeepEquals(value, after[name]))
                {
                    changed[name] = value?.DeepClone();
                }
            }

            return changed;
        }
    }
}
