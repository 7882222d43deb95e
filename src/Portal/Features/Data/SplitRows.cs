namespace Portal.Features.Data;

/// <summary>A row as it goes into the splitter.</summary>
/// <param name="Stratum">What is to be spread over the splits; the label where there is one.</param>
/// <param name="Group">Rows of one group stay together; empty for none.</param>
/// <param name="Given">The split its file asks for.</param>
/// <param name="Content">Its turns, where it is more than a text and its answer.</param>
internal readonly record struct SplitRow(string Input, string Output, string Stratum, string Group = "", DateTime? Date = null, Split? Given = null, string? Content = null)
{
    /// <summary>Its number in the file.</summary>
    public int Number { get; init; }

    /// <summary>Of a row that a model wrote, the numbers of the rows that it was shown; null of one that people wrote.</summary>
    public IReadOnlyList<int>? SeedsIfSynthetic { get; init; }
}

/// <summary>The rows as the splitter keeps them, without their texts; behind them those that earlier versions have sealed.</summary>
/// <param name="hasLearnt">An earlier version may have learnt of some, so each is remembered by its input.</param>
internal sealed class SplitRows(bool hasLearnt = true)
{
    private const int OrnamentRows = 10;
    private const int OrnamentShare = 4;

    private readonly TextScan _scan = new();
    private readonly List<UInt128> _contents = [];
    private readonly List<string> _strata = [];
    private readonly List<DateTime?> _dates = [];
    private readonly List<Split?> _given = [];
    private readonly Dictionary<string, List<int>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _media = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> _sealed = [];
    private readonly HashSet<UInt128> _learnt = [];
    private readonly List<UInt128> _inputs = [];

    private readonly Dictionary<int, IReadOnlyList<int>> _synthetic = [];
    private readonly List<int> _numbers = [];

    /// <summary>Rows to be divided.</summary>
    public int Count => _strata.Count;

    /// <summary>Of those, what people wrote.</summary>
    public int Written => Count - _synthetic.Count;

    /// <summary>With the sealed ones.</summary>
    public int CountOfAll => _contents.Count;

    public int Dated { get; private set; }

    public RowPrints Prints { get; } = new();

    /// <summary>What stays together by name, and rows with the same file; one that many rows have is an ornament and holds nothing together.</summary>
    public IEnumerable<IReadOnlyList<int>> Groups => _groups.Values.Concat(_media.Values.Where(rows => rows.Count <= Math.Max(OrnamentRows, CountOfAll / OrnamentShare)));

    public UInt128 ContentOf(int row) => _contents[row];

    public string StratumOf(int row) => _strata[row];

    public DateTime? DateOf(int row) => _dates[row];

    public Split? GivenOf(int row) => _given[row];

    public bool IsSealed(int row) => row >= Count;

    /// <summary>There is an earlier version, and it does not train on this row.</summary>
    public bool IsNew(int row) => _learnt.Count > 0 && !_learnt.Contains(_inputs[row]);

    public bool IsSynthetic(int row) => _synthetic.ContainsKey(row);

    public bool HasSynthetic => _synthetic.Count > 0;

    /// <summary>The synthetic rows, each with those that it was made from and that are here.</summary>
    public IEnumerable<(int Row, IReadOnlyList<int> Seeds)> Synthetic()
    {
        var wanted = _synthetic.Values.SelectMany(s => s).ToHashSet();
        var places = Enumerable.Range(0, Count).Where(row => wanted.Contains(_numbers[row])).ToDictionary(row => _numbers[row]);
        return _synthetic.Select(s => (s.Key, (IReadOnlyList<int>)[.. s.Value.Where(places.ContainsKey).Select(n => places[n])]));
    }

    public void Add(in SplitRow row)
    {
        if (_sealed.Count > 0)
        {
            throw new InvalidOperationException("Sealed rows come behind all others.");
        }

        if (row.Group.Length > 0)
        {
            (_groups.TryGetValue(row.Group, out var members) ? members : _groups[row.Group] = []).Add(Count);
        }

        if (row.SeedsIfSynthetic is { } seeds)
        {
            _synthetic[Count] = seeds;
        }

        _numbers.Add(row.Number);
        var input = MediaText.ComparedOf(row.Input, row.Content);
        Hold(row.Content);
        if (hasLearnt)
        {
            _inputs.Add(TextKey.Of(input, ""));
        }

        Print(input, TextKey.Of(input, row.Output));
        Dated += row.Date is null || row.SeedsIfSynthetic is not null ? 0 : 1;
        _dates.Add(row.Date);
        _given.Add(row.Given);
        _strata.Add(row.Stratum);
    }

    /// <summary>The input of a row that an earlier version has sealed.</summary>
    public void AddSealed(string input, string? content = null)
    {
        var compared = MediaText.ComparedOf(input, content);
        var key = TextKey.Of(compared, "");
        if (_sealed.Add(key))
        {
            Hold(content);
            Print(compared, key);
        }
    }

    /// <summary>The input of a row that an earlier version trains on or validates with.</summary>
    public void AddLearnt(string input, string? content = null)
    {
        if (!hasLearnt)
        {
            throw new InvalidOperationException("No row was to be learnt.");
        }

        _learnt.Add(TextKey.Of(MediaText.ComparedOf(input, content), ""));
    }

    /// <summary>The row that comes next has these files.</summary>
    private void Hold(string? content)
    {
        foreach (var hash in MediaAddress.HashesIn(content))
        {
            (_media.TryGetValue(hash, out var rows) ? rows : _media[hash] = []).Add(CountOfAll);
        }
    }

    private void Print(string input, UInt128 content)
    {
        _scan.Read(input);
        Prints.Add(_scan.Pairs, _scan.KeyOf(input));
        _contents.Add(content);
    }
}
