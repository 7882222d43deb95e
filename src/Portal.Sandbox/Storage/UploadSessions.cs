using System.Collections.Concurrent;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Storage;

/// <summary>Resumable uploads under way. A session outlives the process: its record is on disk and so is each byte it acknowledged.</summary>
internal sealed class UploadSessions
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly JsonFiles<UploadSession> _records;
    private readonly UploadFiles _files;
    private readonly StorageState _state;
    private readonly TimeProvider _time;

    public UploadSessions(UploadFiles files, StorageState state, TimeProvider time)
    {
        (_files, _state, _time) = (files, state, time);
        _records = new(files.Folder);
        foreach (var session in _records.LoadAll())
        {
            _sessions[session.Id] = new(session);
        }

        RemoveLeftovers();
    }

    public void Start(UploadSession session)
    {
        _records.Save(session.Id, session);
        _sessions[session.Id] = new(session);
    }

    /// <summary>Runs one request of a session; a second one for the same session waits.</summary>
    public async Task<T> UseAsync<T>(string id, Func<UploadSession, Task<T>> use, CancellationToken cancellationToken)
    {
        var entry = Find(id);
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            return await use(Find(id).Session);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    /// <summary>Bytes that count: whole quanta only, which is what Google keeps of a chunk that broke off.</summary>
    public long Received(UploadSession session)
    {
        var file = new FileInfo(PathOf(session.Id));
        if (!file.Exists)
        {
            return 0;
        }

        var whole = file.Length / UploadFiles.Quantum * UploadFiles.Quantum;
        if (file.Length > whole)
        {
            using var stream = file.OpenWrite();
            stream.SetLength(whole);
        }

        return whole;
    }

    public Task<long> AppendAsync(UploadSession session, Stream body, long limit, CancellationToken cancellationToken) =>
        UploadFiles.AppendAsync(PathOf(session.Id), body, limit, cancellationToken);

    public async Task<StoredObject> CompleteAsync(UploadSession session, CancellationToken cancellationToken)
    {
        var path = PathOf(session.Id);
        if (!File.Exists(path))
        {
            await File.Create(path).DisposeAsync();
        }

        var checksums = await Checksums.ComputeAsync(path, cancellationToken);
        if ((session.ExpectedMd5 ?? checksums.Md5) != checksums.Md5 || (session.ExpectedCrc32c ?? checksums.Crc32c) != checksums.Crc32c)
        {
            Remove(session.Id);
            throw StorageException.Invalid($"Provided hash doesn't match the calculated one: {session.ExpectedMd5 ?? session.ExpectedCrc32c}");
        }

        var stored = _state.Commit(session.Bucket, session.Name, path, checksums, session.Attributes, session.Preconditions, session.Id);
        var committed = session with { IsCommitted = true };
        _records.Save(session.Id, committed);
        _sessions[session.Id].Session = committed;
        return stored;
    }

    public void Remove(string id)
    {
        if (_sessions.TryRemove(id, out _))
        {
            _records.Delete(id);
            File.Delete(PathOf(id));
        }
    }

    private Entry Find(string id) =>
        _sessions.TryGetValue(id, out var entry) && entry.Session.CreatedAt + s_life > _time.GetUtcNow().UtcDateTime
            ? entry
            : throw new StorageException(404, "notFound", "The upload session does not exist or has ended.");

    private string PathOf(string id) => Path.Combine(_files.Folder, JsonFiles<UploadSession>.FileName(id) + ".part");

    private void RemoveLeftovers()
    {
        foreach (var ended in _sessions.Values.Where(entry => entry.Session.CreatedAt + s_life <= _time.GetUtcNow().UtcDateTime))
        {
            Remove(ended.Session.Id);
        }

        var live = _sessions.Keys.Select(PathOf).ToHashSet(StringComparer.Ordinal);
        foreach (var leftover in Directory.EnumerateFiles(_files.Folder, "*.part").Where(path => !live.Contains(path)))
        {
            File.Delete(leftover); // A single-request upload that a killed process was reading.
        }
    }

    private sealed class Entry(UploadSession session)
    {
        public UploadSession Session { get; set; } = session;

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
