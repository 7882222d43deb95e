using System.Collections.Frozen;

namespace Portal.Sandbox.Vertex.Catalog;

/// <summary>The models this sandbox offers, which is what Google offered in November 2026 as far as a portal needs it.</summary>
internal static class BaseModelCatalog
{
    private static readonly Dictionary<string, string> s_jurisdictions = new() { ["us-central1"] = "us", ["europe-west4"] = "eu" };

    private static readonly int[] s_adapterSizes = [1, 2, 4, 8, 16];

    public static FrozenSet<string> Locations { get; } = new[]
    {
        "global", "us", "eu",
        "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west4",
        "europe-central2", "europe-north1", "europe-southwest1", "europe-west1", "europe-west4", "europe-west8", "europe-west9",
        "asia-northeast1", "asia-southeast1",
    }.ToFrozenSet();

    public static IReadOnlyList<PublishedModel> All { get; } =
    [
        Tunable("gemini-3.5-flash"),
        Tunable("gemini-3.5-flash-lite"),
        Tunable("gemini-3.1-flash-lite"),
        new("gemini-3.1-pro-preview", "PUBLIC_PREVIEW"),
        new("gemini-3.8-flash", "GA") { AlwaysThinks = true },
    ];

    public static PublishedModel? Find(string id) => All.FirstOrDefault(model => model.Id == id);

    public static PublishedModel Get(ResourceScope scope, string id) => Find(id)
        ?? throw Refusal.NotFound($"Publisher Model `{scope.Name}/publishers/google/models/{id}` {Fate(id)}");

    /// <summary>Gone for good, as opposed to never there.</summary>
    public static bool IsRetired(string id) =>
        id.StartsWith("gemini-2", StringComparison.Ordinal) || id.StartsWith("gemini-1", StringComparison.Ordinal);

    private static string Fate(string id) => IsRetired(id)
        ? "is retired and no longer available. Please use a newer model."
        : "was not found or your project does not have access to it. Please ensure you are using a valid model version.";

    private static PublishedModel Tunable(string id) => new(id, "GA") { AdapterSizes = s_adapterSizes, ServingLocations = s_jurisdictions };
}
