using System.Text;

namespace Portal.Features.Data;

/// <summary>Why a row's file cannot be had, in words for its reason, and the rule that says so.</summary>
internal sealed record MediaFault(FindingRule Rule, string Reason);

/// <summary>The files of an archive beside its table, found by what rows call them: a path, or a bare name where only one file has it.</summary>
internal sealed class MediaShelf
{
    private const int ShownLength = 80;

    private readonly string _folder;
    private readonly bool _isArchive;
    private readonly Dictionary<string, ZipItem> _paths = new(StringComparer.Ordinal);
    private readonly ILookup<string, ZipItem> _loosePaths;
    private readonly ILookup<string, ZipItem> _names;
    private readonly ILookup<string, ZipItem> _looseNames;
    private readonly ILookup<string?, ZipItem> _folders;
    private readonly HashSet<ZipItem> _used = [];

    /// <param name="table">The file of the archive that holds the rows.</param>
    public MediaShelf(IReadOnlyList<ZipItem> items, string table, bool isArchive = true)
    {
        (_folder, _isArchive) = (table[..(table.LastIndexOf('/') + 1)], isArchive);
        var files = items.Where(i => i.Name != table && !ArchiveChoice.IsLitter(i.Name)).ToList();
        files.ForEach(f => _paths.TryAdd(Plain(f.Name), f));
        _loosePaths = files.ToLookup(f => Plain(f.Name), StringComparer.OrdinalIgnoreCase);
        _names = files.ToLookup(f => Bare(Plain(f.Name)), StringComparer.Ordinal);
        _looseNames = files.ToLookup(f => Bare(Plain(f.Name)), StringComparer.OrdinalIgnoreCase);
        _folders = files.ToLookup(f => MediaAddress.FolderOfOne(Plain(f.Name)), StringComparer.Ordinal);
    }

    /// <summary>Files that no row has asked for so far.</summary>
    public IReadOnlyList<string> Unused => [.. _paths.Values.Where(f => !_used.Contains(f)).Select(f => f.Name).Order(StringComparer.Ordinal)];

    public static MediaShelf Of(UploadedSource source, SourceLayout layout) =>
        layout.Container is SourceContainer.Zip ? new MediaShelf(source.Items(), layout.Entry) : new MediaShelf([], "", isArchive: false);

    public (ZipItem? Item, MediaFault? Fault) Find(string called)
    {
        if (MediaAddress.IsOutside(called))
        {
            return (null, new MediaFault(FindingRule.MediaAddress, $"it names \"{Shown(called)}\", which leads out of the upload; nothing is fetched from elsewhere. Put the file into the ZIP and write its name"));
        }

        var path = Plain(called);
        var found = Candidates(path).FirstOrDefault(c => c.Count > 0) ?? Candidates(Plain(Uri.UnescapeDataString(called))).FirstOrDefault(c => c.Count > 0) ?? [];
        if (found is [var only])
        {
            _used.Add(only);
            return (only, null);
        }

        found.ForEach(f => _used.Add(f));
        return (null, found.Count > 1
            ? new MediaFault(FindingRule.MediaUnclear, $"it names \"{Shown(called)}\", and {found.Count} files of the ZIP could be meant: {string.Join(", ", found.Take(3).Select(f => $"\"{Shown(f.Name)}\""))}. Write the whole path as it is in the ZIP")
            : new MediaFault(FindingRule.MediaMissing, _isArchive
                ? $"it names \"{Shown(called)}\", and the ZIP has no such file"
                : $"it names \"{Shown(called)}\", and no files came with the table. Send both in one ZIP"));
    }

    /// <summary>Whether a cell names at least one of the files, without counting it as used.</summary>
    public bool Holds(string cell) => cell.Length <= 4_000 && RowMapper.NamesIn(cell.Trim()).Any(name => !MediaAddress.IsOutside(name) && Candidates(Plain(name)).Any(c => c.Count > 0));

    /// <summary>From what is meant most surely to what is meant perhaps.</summary>
    private IEnumerable<List<ZipItem>> Candidates(string path)
    {
        string[] wanted = _folder is "" ? [path] : [Plain(_folder + path), path];
        foreach (var exact in wanted.Where(_paths.ContainsKey))
        {
            yield return [_paths[exact]];
        }

        var isBare = !path.Contains('/', StringComparison.Ordinal);
        if (isBare)
        {
            yield return [.. _names[path]];
        }

        foreach (var loose in wanted)
        {
            yield return [.. _loosePaths[loose]];
        }

        if (isBare)
        {
            yield return [.. _looseNames[path]];
        }

        // A download has a file once, under one of the names that rows call it.
        if (MediaAddress.FolderOfOne(path) is { } own)
        {
            yield return [.. _folders[_folder + own]];
        }
    }

    /// <summary>Some systems write an accent as a sign of its own.</summary>
    private static string Plain(string path)
    {
        path = path.Trim().Replace('\\', '/');
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path[2..];
        }

        try
        {
            return path.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half of a character: then it is compared as it is.
            return path;
        }
    }

    private static string Bare(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Shown(string name) => name.Length > ShownLength ? name[..ShownLength] + "…" : name;
}
