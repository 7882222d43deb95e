using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

/// <summary>
/// What one party has in the world: an id for each kind of thing, and the canary in all that it wrote. The ids stand under the names
/// by which surfaces ask for them, so that a binding is a look-up.
/// </summary>
internal sealed record Holdings(string TenantId, string Slug, string Canary, Dictionary<string, string> Ids)
{
    /// <summary>Between the ids of a list.</summary>
    public const char And = '\n';

    public string this[string kind] => Ids.TryGetValue(kind, out var id) ? id
        : throw new InvalidOperationException($"{Slug} holds no {kind}: plant one in {nameof(Planting)}.");

    /// <summary>Ids of the same shape that nobody ever had.</summary>
    public Holdings Never()
    {
        return new Holdings(OfNobody(TenantId), OfNobody(Slug), "", Ids.ToDictionary(i => i.Key, i => i.Key is "secret" ? KeySecret.Create() : OfNobody(i.Value)));

        // Letters and digits turn round, by places that are not the same for all: the shape stays, and no id stays itself.
        static string OfNobody(string id)
        {
            var from = id.LastIndexOf('_') + 1;
            return id[..from] + new string([.. id[from..].Select((c, i) => (i % 3, c) switch
            {
                (0, >= '0' and <= '8') => (char)(c + 1),
                (0, '9') => '0',
                (_, >= 'a' and <= 'g') => (char)(c + 1),
                (_, 'h') => 'a',
                (1, >= 'A' and <= 'Y') => (char)(c + 1),
                _ => c,
            })]);
        }
    }

    /// <summary>The same with some ids of somebody else's.</summary>
    public Holdings With(Holdings other, IReadOnlyCollection<string> kinds) =>
        this with { Ids = Ids.ToDictionary(i => i.Key, i => kinds.Contains(i.Key) ? other[i.Key] : i.Value) };

    public Holdings With(string kind, string id) => this with { Ids = Ids.ToDictionary(i => i.Key, i => i.Key == kind ? id : i.Value) };
}
