namespace Portal.Sandbox.Storage;

/// <summary>One page of a listing: names in order, those that share a "folder" up to the delimiter given once as a prefix.</summary>
internal sealed record ObjectListing(string Prefix, string? Delimiter, string Start, string? End, string? After, int Size)
{
    public static ObjectListing From(IQueryCollection query) => new(
        (string?)query["prefix"] ?? "",
        (string?)query["delimiter"] is { Length: > 0 } delimiter ? delimiter : null,
        (string?)query["startOffset"] ?? "",
        (string?)query["endOffset"] is { Length: > 0 } end ? end : null,
        PageToken.Read(query),
        PageToken.Size(query));

    public (IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> Prefixes, string? NextAfter) Page(IReadOnlyList<StoredObject> ordered)
    {
        var objects = new List<StoredObject>();
        var prefixes = new List<string>();
        string? last = null;
        foreach (var stored in ordered)
        {
            if (!Matches(stored.Name))
            {
                continue;
            }

            var folder = Folder(stored.Name);
            if (folder is not null && folder == last)
            {
                continue;
            }

            if (objects.Count + prefixes.Count == Size)
            {
                return (objects, prefixes, last);
            }

            last = folder ?? stored.Name;
            if (folder is not null)
            {
                prefixes.Add(folder);
            }
            else
            {
                objects.Add(stored);
            }
        }

        return (objects, prefixes, null);
    }

    private bool Matches(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && string.CompareOrdinal(name, Start) >= 0
        && (End is null || string.CompareOrdinal(name, End) < 0)
        && (After is null || (string.CompareOrdinal(name, After) > 0 && Folder(name) != After));

    private string? Folder(string name)
    {
        var cut = Delimiter is null ? -1 : name.IndexOf(Delimiter, Prefix.Length, StringComparison.Ordinal);
        return cut < 0 ? null : name[..(cut + Delimiter!.Length)]; // A cut is only found with a delimiter.
    }
}
