using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Portal.Sandbox.Stripe;

/// <summary>Reads <c>items[0][price]=…</c> and <c>metadata[key]=…</c>: what Stripe takes, in a body or in an address. Every value is text.</summary>
internal static class StripeForm
{
    private const int MaximumDepth = 8;

    public static JsonObject Parse(string encoded)
    {
        var root = new JsonObject();
        using var reader = new FormReader(encoded) { ValueCountLimit = 1_000 };
        while (reader.ReadNextPair() is { } pair)
        {
            Put(root, Keys(pair.Key), pair.Value);
        }

        return root;
    }

    private static List<string> Keys(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
        {
            return [name];
        }

        if (!name.EndsWith(']'))
        {
            throw StripeRefusal.Invalid($"Invalid parameter name: {name}");
        }

        List<string> keys = [name[..open], .. name[(open + 1)..^1].Split("][")];
        return keys.Count <= MaximumDepth ? keys : throw StripeRefusal.Invalid($"Parameter is nested too deeply: {name}");
    }

    private static void Put(JsonObject root, List<string> keys, string value)
    {
        var inside = root;
        for (var index = 0; index < keys.Count - 1; index++)
        {
            var key = keys[index] is "" ? Next(inside) : keys[index];
            if (inside[key] is not JsonObject next)
            {
                inside[key] = next = [];
            }

            inside = next;
        }

        inside[keys[^1] is "" ? Next(inside) : keys[^1]] = value;
    }

    // An empty pair of brackets appends.
    private static string Next(JsonObject list) => list.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
