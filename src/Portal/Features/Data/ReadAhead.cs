namespace Portal.Features.Data;

/// <summary>Rows that are read and checked, the files that were unpacked for them, and how far that is.</summary>
internal sealed record ReadBatch(List<Example> Rows, IReadOnlyList<MediaFile> Media, int Read, int Accepted, long Position, bool HasMore)
{
    public static ReadBatch Empty { get; } = new([], [], 0, 0, 0, false);
}

/// <summary>While one batch of rows is being written, the next is read and checked. Two are held at a time.</summary>
internal sealed class ReadAhead(MappedRecords records, RowChecks checks, MediaImport media, Stream file, DataOptions options, TimeProvider time)
{
    public async Task EachAsync(Func<ReadBatch, Task> save, CancellationToken ct)
    {
        var batch = await Task.Run(() => ReadAsync(ct), ct);
        while (batch.Rows.Count > 0)
        {
            var next = batch.HasMore ? Task.Run(() => ReadAsync(ct), ct) : Task.FromResult(ReadBatch.Empty);
            try
            {
                await save(batch);
            }
            catch
            {
                // Nobody reads on in a file that is about to be closed.
                await Task.WhenAny(next);
                throw;
            }

            batch = await next;
        }
    }

    private async Task<ReadBatch> ReadAsync(CancellationToken ct)
    {
        var (rows, begunAt) = (new List<Example>(options.BatchRows), time.GetTimestamp());
        var hasMore = true;
        long characters = 0;
        while (rows.Count < options.BatchRows && characters < options.MaxRecordCharacters * 2L && (hasMore = records.Read()))
        {
            ct.ThrowIfCancellationRequested();
            if (checks.Read == options.MaxRows)
            {
                throw new PortalException($"The file has more than {options.MaxRows:N0} rows, the most a dataset takes. Split it, or choose the rows that matter.");
            }

            await media.ResolveAsync(records.Row, ct);
            var example = checks.Check(records.Row);
            characters += example.Input.Length + example.Output.Length + example.System.Length + (example.Content?.Length ?? 0);
            rows.Add(example);
            if (time.GetElapsedTime(begunAt) > options.Lease / 4)
            {
                // Unpacking takes its time; what is read so far is shown and kept.
                break;
            }
        }

        return new ReadBatch(rows, media.TakeNew(), checks.Read, checks.Accepted, media.PositionAt(file.Position), hasMore);
    }
}
