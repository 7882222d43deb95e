namespace Portal.Features.Data;

/// <summary>Rows that are read and checked, the files that were unpacked for them, and how far that is.</summary>
internal sealed record ReadBatch(IReadOnlyList<Example> Rows, IReadOnlyList<MediaFile> Media, int Read, int Accepted, long Position);

/// <summary>While one batch of rows is being written, the next is read and checked.</summary>
internal sealed class ReadAhead(RowPipeline rows, RowChecks checks, MediaImport media, DataOptions options, TimeProvider time)
{
    private readonly Lazy<WordCoverage> _words = new(checks.CountWords);
    private RowBatch? _current;
    private int _resolved;

    public async Task EachAsync(Func<ReadBatch, Task> save, CancellationToken ct)
    {
        var batch = await Task.Run(() => NextAsync(ct), ct);
        while (batch is not null)
        {
            var next = Task.Run(() => NextAsync(ct), ct);
            try
            {
                await save(batch);
            }
            catch
            {
                // Nobody unpacks on from a file that is about to be closed.
                await Task.WhenAny(next);
                throw;
            }

            batch = await next;
        }
    }

    private async Task<ReadBatch?> NextAsync(CancellationToken ct)
    {
        if ((_current ??= await rows.NextAsync()) is not { } batch)
        {
            return null;
        }

        var begunAt = time.GetTimestamp();
        List<Example> examples = _resolved is 0 ? [.. batch.Rows] : [];
        while (_resolved < batch.Waiting.Count)
        {
            ct.ThrowIfCancellationRequested();
            var row = batch.Waiting[_resolved++];
            await media.ResolveAsync(row, ct);
            examples.Add(batch.Checks.Check(row, _words.Value));
            if (_resolved < batch.Waiting.Count && time.GetElapsedTime(begunAt) > options.Lease / 4)
            {
                // Unpacking takes its time; what is read so far is shown and kept.
                return new ReadBatch(examples, media.TakeNew(), checks.Read + batch.Checks.Read, checks.Accepted + batch.Checks.Accepted, media.PositionAt(batch.Position));
            }
        }

        checks.Add(batch.Checks);
        (_current, _resolved) = (null, 0);
        return new ReadBatch(examples, media.TakeNew(), checks.Read, checks.Accepted, media.PositionAt(batch.Position));
    }
}
