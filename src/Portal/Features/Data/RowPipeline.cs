using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Portal.Features.Data;

/// <summary>
/// Rows that follow each other, understood and checked. Where rows name files, those from the first of them on wait: files are taken in the order of the rows.
/// </summary>
internal sealed record RowBatch(BatchChecks Checks, IReadOnlyList<Example> Rows, IReadOnlyList<MappedRow> Waiting, long Position);

/// <summary>
/// Reads the rows of a file with all processors: one thread cuts them off in batches, the others understand and check them, and they come out in the order of
/// the file. Threads of its own, so that pages do not queue behind a file; no more batches at once than there is room for.
/// </summary>
internal sealed class RowPipeline : IAsyncDisposable
{
    private const int BatchBytes = 1 << 20;
    private const int MostThreads = 8;

    private readonly RecordReader _records;
    private readonly ColumnMapping _mapping;
    private readonly RowChecks _checks;
    private readonly Stream _file;
    private readonly DataOptions _options;
    private readonly CancellationTokenSource _stop;
    private readonly BlockingCollection<Task<RowBatch>> _waiting = [];
    private readonly Channel<(Task<RowBatch> Batch, int Places)> _inOrder = Channel.CreateUnbounded<(Task<RowBatch>, int)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room;
    private readonly int _places;
    private readonly Task _cutting;
    private readonly Task[] _checking;
    private readonly ThreadLocal<(RowMapper Mapper, WordCoverage Words)> _own;

    /// <param name="threads">That check rows; as many as there are processors, eight at most, where nobody says.</param>
    public RowPipeline(RecordReader records, ColumnMapping mapping, RowChecks checks, Stream file, DataOptions options, CancellationToken ct, int? threads = null)
    {
        (_records, _mapping, _checks, _file, _options) = (records, mapping, checks, file, options);
        // Whether the columns are there is known before anything is read.
        _ = new RowMapper(mapping, records.Columns);
        var count = threads ?? Math.Min(Environment.ProcessorCount, MostThreads);
        _places = (2 * count) + 2;
        _room = new SemaphoreSlim(_places);
        _own = new(() => (new RowMapper(_mapping, _records.Columns), _checks.CountWords()));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _cutting = Begin(Cut);
        _checking = [.. Enumerable.Range(0, count).Select(_ => Begin(Check))];
    }

    /// <summary>The next rows of the file; null at its end. What the file is refused for comes after the rows before it.</summary>
    public async Task<RowBatch?> NextAsync()
    {
        if (!await _inOrder.Reader.WaitToReadAsync(_stop.Token))
        {
            await _cutting;
            return null;
        }

        var (batch, places) = await _inOrder.Reader.ReadAsync(_stop.Token);
        var next = await batch.WaitAsync(_stop.Token);
        _room.Release(places);
        return next;
    }

    /// <summary>Nobody reads on in a file that is about to be closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll([_cutting, .. _checking]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _waiting.Dispose();
        _room.Dispose();
        _own.Dispose();
        _stop.Dispose();
    }

    private Task Begin(Action work) => Task.Factory.StartNew(work, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Cut()
    {
        try
        {
            while (_records.Take(_options.BatchRows, BatchBytes) is { } rows)
            {
                if (_records.Number > _options.MaxRows)
                {
                    throw new PortalException($"The file has more than {_options.MaxRows:N0} rows, the most a dataset takes. Split it, or choose the rows that matter.");
                }

                Offer(rows, _file.Position);
            }
        }
        finally
        {
            _waiting.CompleteAdding();
            _inOrder.Writer.Complete();
        }
    }

    /// <summary>A batch takes a place, and another for each megabyte more: a few huge rows wait for each other.</summary>
    private void Offer(RecordReader rows, long position)
    {
        var places = Math.Min(_places, 1 + (rows.HeldBytes / BatchBytes));
        for (var taken = 0; taken < places; taken++)
        {
            _room.Wait(_stop.Token);
        }

        var batch = new Task<RowBatch>(() => Understand(rows, position), _stop.Token);
        _waiting.Add(batch, _stop.Token);
        _inOrder.Writer.TryWrite((batch, places));
    }

    private void Check()
    {
        foreach (var batch in _waiting.GetConsumingEnumerable(_stop.Token))
        {
            batch.RunSynchronously(TaskScheduler.Default);
        }
    }

    private RowBatch Understand(RecordReader rows, long position)
    {
        using var held = rows;
        var ((mapper, words), checks) = (_own.Value, _checks.Begin());
        List<Example> examples = new(_options.BatchRows);
        List<MappedRow> waiting = [];
        for (var row = new MappedRow(); rows.Read();)
        {
            _stop.Token.ThrowIfCancellationRequested();
            mapper.Map(rows, row);
            if (waiting.Count > 0 || MediaRows.AreIn(row))
            {
                waiting.Add(row);
                row = new MappedRow();
            }
            else
            {
                examples.Add(checks.Check(row, words));
            }
        }

        return new RowBatch(checks, examples, waiting, position);
    }
}
