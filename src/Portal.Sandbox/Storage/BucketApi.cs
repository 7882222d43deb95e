using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Vertex;

namespace Portal.Sandbox.Storage;

/// <summary>Buckets: create, get, list, patch, delete.</summary>
internal sealed partial class BucketApi(StorageState state, TimeProvider time)
{
    private static readonly string[] s_ownedByService =
        ["kind", "id", "selfLink", "projectNumber", "name", "timeCreated", "updated", "metageneration", "etag", "location", "locationType"];

    public async Task<IResult> CreateAsync(StorageCall call)
    {
        var project = (string?)call.Query["project"];
        if (string.IsNullOrEmpty(project))
        {
            throw StorageException.Required("project");
        }

        var body = await StorageJson.ReadAsync(call.Request.Body, call.Aborted);
        var name = StorageJson.Text(body, "name");
        if (string.IsNullOrEmpty(name))
        {
            throw StorageException.Required("name");
        }

        if (!IsValidName(name))
        {
            throw StorageException.Invalid($"Invalid bucket name: '{name}'");
        }

        return StorageJson.Ok(state.CreateBucket(Complete(call, body, name, project)));
    }

    public IResult Get(StorageCall call) => StorageJson.Ok(state.GetBucket(call.Bucket));

    public IResult List(StorageCall call)
    {
        var project = (string?)call.Query["project"];
        if (string.IsNullOrEmpty(project))
        {
            throw StorageException.Required("project");
        }

        var number = ProjectNumber.Of(project);
        var prefix = (string?)call.Query["prefix"] ?? "";
        var after = PageToken.Read(call.Query) ?? "";
        var matching = state.ListBuckets().Where(bucket =>
            (string?)bucket["projectNumber"] == number
            && ((string)bucket["name"]!).StartsWith(prefix, StringComparison.Ordinal)
            && string.CompareOrdinal((string?)bucket["name"], after) > 0).ToList();
        var size = PageToken.Size(call.Query);
        var reply = new JsonObject { ["kind"] = "storage#buckets" };
        if (matching.Count > 0)
        {
            reply["items"] = new JsonArray([.. matching.Take(size)]);
        }

        if (matching.Count > size)
        {
            reply["nextPageToken"] = PageToken.Write((string)matching[size - 1]["name"]!);
        }

        return StorageJson.Ok(reply);
    }

    public async Task<IResult> PatchAsync(StorageCall call)
    {
        var patch = await StorageJson.ReadAsync(call.Request.Body, call.Aborted);
        foreach (var name in s_ownedByService)
        {
            patch.Remove(name);
        }

        return StorageJson.Ok(state.ReplaceBucket(call.Bucket, bucket =>
        {
            if (Preconditions.Number(call.Query, "ifMetagenerationMatch") is { } expected
                && expected.ToString(CultureInfo.InvariantCulture) != (string?)bucket["metageneration"])
            {
                throw StorageException.ConditionNotMet();
            }

            Merge(bucket, patch);
            bucket["metageneration"] = (long.Parse((string)bucket["metageneration"]!, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
            bucket["updated"] = StorageJson.Time(time.GetUtcNow().UtcDateTime);
            return bucket;
        }));
    }

    public IResult Delete(StorageCall call)
    {
        state.DeleteBucket(call.Bucket);
        return Results.NoContent();
    }

    /// <summary>Whoever reaches the sandbox owns it, so every permission asked for is held.</summary>
    public IResult TestPermissions(StorageCall call)
    {
        state.GetBucket(call.Bucket);
        var asked = call.Query["permissions"].Select(permission => (JsonNode?)permission).ToArray();
        return StorageJson.Ok(new JsonObject { ["kind"] = "storage#testIamPermissionsResponse", ["permissions"] = new JsonArray(asked) });
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject present)
            {
                Merge(present, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static bool IsValidName(string name) =>
        name.Length <= 222 && name.Split('.').All(part => part.Length is >= 1 and <= 63)
        && (name.Contains('.', StringComparison.Ordinal) || name.Length >= 3)
        && BucketName().IsMatch(name)
        && !name.StartsWith("goog", StringComparison.Ordinal) && !name.Contains("google", StringComparison.Ordinal)
        && !System.Net.IPAddress.TryParse(name, out _);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]+[a-z0-9]$")]
    private static partial Regex BucketName();

    private JsonObject Complete(StorageCall call, JsonObject body, string name, string project)
    {
        var now = StorageJson.Time(time.GetUtcNow().UtcDateTime);
        var location = (StorageJson.Text(body, "location") ?? "US").ToUpperInvariant();
        if (location is "GLOBAL")
        {
            throw StorageException.Invalid("The specified location constraint is not valid.");
        }

        var bucket = new JsonObject
        {
            ["kind"] = "storage#bucket",
            ["id"] = name,
            ["selfLink"] = $"{call.Address}/storage/v1/b/{name}",
            ["projectNumber"] = ProjectNumber.Of(project),
            ["name"] = name,
            ["timeCreated"] = now,
            ["updated"] = now,
            ["metageneration"] = "1",
            ["etag"] = "CAE=",
            ["location"] = location,
            ["locationType"] = location is "US" or "EU" or "ASIA" ? "multi-region" : "region",
            ["storageClass"] = "STANDARD",
            ["iamConfiguration"] = new JsonObject
            {
                ["uniformBucketLevelAccess"] = new JsonObject { ["enabled"] = false },
                ["publicAccessPrevention"] = "inherited",
            },
        };
        foreach (var owned in s_ownedByService)
        {
            body.Remove(owned);
        }

        Merge(bucket, body);
        return bucket;
    }
}
