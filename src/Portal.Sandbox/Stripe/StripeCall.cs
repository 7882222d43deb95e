using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

/// <summary>One call, with its parameters read the way Stripe reads them.</summary>
internal sealed record StripeCall(StripeSession Session, JsonObject Params, IReadOnlyList<string> Ids, string Address, string Path)
{
    public string Id => Ids[0];

    public StripeCall At(string name) => this with { Params = Params.Part(name) };

    public bool Has(string name) => Params.ContainsKey(name);

    /// <summary>An empty text unsets, as Stripe has it.</summary>
    public string? Text(string name) => Params.Text(name) is { Length: > 0 } text ? text : null;

    public string Required(string name) => Text(name) ?? throw StripeRefusal.Missing(name);

    public long? Long(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw StripeRefusal.Invalid($"Invalid integer: {text}", name, "parameter_invalid_integer");

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw StripeRefusal.Invalid($"Invalid boolean: {other}", name),
    };

    public string OneOf(string name, string otherwise, params ReadOnlySpan<string> allowed) =>
        Text(name) is not { } text ? otherwise
        : allowed.Contains(text) ? text
        : throw StripeRefusal.Invalid($"Invalid {name}: must be one of {string.Join(", ", allowed!)}", name);

    /// <summary>The elements of a list, each read as a call of its own.</summary>
    public IReadOnlyList<StripeCall> Items(string name) =>
        [.. Params.Part(name).OrderBy(p => long.TryParse(p.Key, CultureInfo.InvariantCulture, out var index) ? index : long.MaxValue).Select(p => p.Value).OfType<JsonObject>().Select(p => this with { Params = p })];

    public IReadOnlyList<string> Texts(string name) => Params[name] switch
    {
        JsonObject list => [.. list.Select(p => (string?)p.Value ?? "")],
        JsonValue one when one.TryGetValue<string>(out var text) && text.Length > 0 => [text],
        _ => [],
    };

    /// <summary>Merges metadata into what is there; an empty value takes the key out, an empty whole takes all.</summary>
    public JsonObject Metadata(JsonObject? existing = null)
    {
        if (Params["metadata"] is JsonValue)
        {
            return [];
        }

        var merged = existing?.Copy() ?? [];
        foreach (var (key, value) in Params.Part("metadata"))
        {
            if ((string?)value is { Length: > 0 } text)
            {
                merged[key] = text.Length <= 500 ? text : throw StripeRefusal.Invalid($"Metadata values can have up to 500 characters, but you passed in a value that is {text.Length} characters.", $"metadata[{key}]");
            }
            else
            {
                merged.Remove(key);
            }
        }

        return merged.Count <= 50 ? merged : throw StripeRefusal.Invalid("Metadata can have at most 50 keys.", "metadata");
    }

    /// <summary>Takes over the named text parameters as they were sent, where they were sent.</summary>
    public void Into(JsonObject thing, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
            {
                thing[name] = Text(name);
            }
        }
    }

    /// <summary>
    /// Refuses every parameter, however deep, that is not named: a misspelt one is found here, and none that would change the outcome is
    /// dropped in silence. A name inside another is written with a point, and the places in a list are left out.
    /// </summary>
    public StripeCall Only(params ReadOnlySpan<string> names)
    {
        foreach (var (path, sent) in Paths(Params, "", ""))
        {
            if (path is not "expand" && !names.Contains(path))
            {
                throw StripeRefusal.Invalid($"Received unknown parameter: {sent}", sent, "parameter_unknown");
            }
        }

        return this;
    }

    /// <summary>The same for a list, which has its cursors.</summary>
    public StripeCall Lists(params ReadOnlySpan<string> names) => Only(["limit", "starting_after", "ending_before", .. names]);

    /// <summary>A page of a list, newest first, by Stripe's cursors.</summary>
    public JsonObject Page(IEnumerable<JsonObject> all)
    {
        var limit = Long("limit") ?? 10;
        if (limit is < 1 or > 100)
        {
            throw StripeRefusal.Invalid($"This value must be greater than or equal to 1 and less than or equal to 100 (it currently is '{limit}').", "limit", "parameter_invalid_integer");
        }

        var list = all.Where(InCreated).ToList();
        if (Text("starting_after") is { } after)
        {
            list = [.. list.Skip(IndexOf(list, after, "starting_after") + 1)];
        }
        else if (Text("ending_before") is { } before)
        {
            list = [.. list.Take(IndexOf(list, before, "ending_before")).TakeLast((int)limit + 1)];
            return StripeJson.List(Path, list.TakeLast((int)limit).Select(o => o.Shown()), list.Count > limit);
        }

        return StripeJson.List(Path, list.Take((int)limit).Select(o => o.Shown()), list.Count > limit);
    }

    private static IEnumerable<(string Path, string Sent)> Paths(JsonObject inside, string path, string sent)
    {
        foreach (var (name, value) in inside)
        {
            var (to, named) = (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? path : path is "" ? name : $"{path}.{name}", sent is "" ? name : $"{sent}[{name}]");
            // Whoever calls names the keys of these, and a range is read as one.
            if (value is JsonObject inner && name is not ("metadata" or "payload" or "created"))
            {
                foreach (var deeper in Paths(inner, to, named))
                {
                    yield return deeper;
                }
            }
            else
            {
                yield return (to, named);
            }
        }
    }

    private static int IndexOf(List<JsonObject> list, string id, string param) =>
        list.FindIndex(o => o.Text("id") == id) is >= 0 and var index ? index : throw StripeRefusal.NoSuch("object", id, param);

    private bool InCreated(JsonObject thing)
    {
        if (!Has("created"))
        {
            return true;
        }

        var created = thing.Long("created");
        if (Params["created"] is not JsonObject)
        {
            return Long("created") == created;
        }

        var range = At("created");
        return (range.Long("gt") is not { } gt || created > gt) && (range.Long("gte") is not { } gte || created >= gte)
            && (range.Long("lt") is not { } lt || created < lt) && (range.Long("lte") is not { } lte || created <= lte);
    }
}
