using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Storage;

/// <summary>
/// Buckets and objects. The index lives in memory; on disk an object is a data file, written first, and a small record that
/// names it, renamed into place last: an upload is either there with its hashes or was never there.
/// </summary>
internal sealed class StorageState
{
    private readonly Lock _lock = new();
    private readonly JsonFiles<JsonObject> _bucketFiles;
    private readonly JsonFiles<StoredObject> _objectFiles;
    private readonly string _dataFolder;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, BucketEntry> _buckets = new(StringComparer.Ordinal);
    private long _lastGeneration;

    public StorageState(string folder, TimeProvider time)
    {
        _time = time;
        _bucketFiles = new(Path.Combine(folder, "buckets"));
        _objectFiles = new(Path.Combine(folder, "objects"));
        _dataFolder = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        Load();
    }

    public JsonObject CreateBucket(JsonObject document)
    {
        lock (_lock)
        {
            var name = StorageJson.Text(document, "name")!;
            if (_buckets.ContainsKey(name))
            {
                throw new StorageException(409, "conflict", "The requested bucket name is not available: it exists already.");
            }

            _bucketFiles.Save(name, document);
            _buckets.Add(name, new(document));
            return document.DeepClone().AsObject();
        }
    }

    public JsonObject GetBucket(string name)
    {
        lock (_lock)
        {
            return Bucket(name).Document.DeepClone().AsObject();
        }
    }

    public bool HasBucket(string name)
    {
        lock (_lock)
        {
            return _buckets.ContainsKey(name);
        }
    }

    public IReadOnlyList<JsonObject> ListBuckets()
    {
        lock (_lock)
        {
            return [.. _buckets.OrderBy(bucket => bucket.Key, StringComparer.Ordinal).Select(bucket => bucket.Value.Document.DeepClone().AsObject())];
        }
    }

    public JsonObject ReplaceBucket(string name, Func<JsonObject, JsonObject> change)
    {
        lock (_lock)
        {
            var bucket = Bucket(name);
            var changed = change(bucket.Document.DeepClone().AsObject());
            _bucketFiles.Save(name, changed);
            bucket.Document = changed;
            return changed.DeepClone().AsObject();
        }
    }

    public void DeleteBucket(string name)
    {
        lock (_lock)
        {
            if (Bucket(name).Objects.Count > 0)
            {
                throw new StorageException(409, "conflict", "The bucket you tried to delete is not empty.");
            }

            _bucketFiles.Delete(name);
            _buckets.Remove(name);
        }
    }

    /// <summary>A copy of the order at this moment, so that a listing needs no lock while it goes.</summary>
    public IReadOnlyList<StoredObject> Objects(string bucket)
    {
        lock (_lock)
        {
            return [.. Bucket(bucket).Objects.Values];
        }
    }

    public StoredObject? Find(string bucket, string name)
    {
        lock (_lock)
        {
            return Bucket(bucket).Objects.GetValueOrDefault(name);
        }
    }

    /// <summary>The object and its open content; the content stays readable even if the object goes away meanwhile.</summary>
    public bool TryOpen(string bucket, string name, [NotNullWhen(true)] out StoredObject? found, [NotNullWhen(true)] out FileStream? content)
    {
        lock (_lock)
        {
            found = Bucket(bucket).Objects.GetValueOrDefault(name);
            content = found is null
                ? null
                : new(DataPath(found), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
            return content is not null;
        }
    }

    /// <summary>Takes over a finished file as the new generation of the object.</summary>
    public StoredObject Commit(
        string bucket, string name, string file, Checksums checksums, ObjectAttributes attributes, Preconditions preconditions, string? uploadId = null)
    {
        lock (_lock)
        {
            var entry = Bucket(bucket);
            var previous = entry.Objects.GetValueOrDefault(name);
            preconditions.Check(previous);
            var now = _time.GetUtcNow().UtcDateTime;
            var stored = new StoredObject
            {
                Bucket = bucket,
                Name = name,
                Generation = NextGeneration(now),
                Metageneration = 1,
                Size = new FileInfo(file).Length,
                Checksums = checksums,
                CreatedAt = now,
                UpdatedAt = now,
                Attributes = attributes,
                UploadId = uploadId,
            };
            File.Move(file, DataPath(stored));
            Put(entry, stored);
            if (previous is not null)
            {
                File.Delete(DataPath(previous));
            }

            return stored;
        }
    }

    public StoredObject Patch(string bucket, string name, JsonObject patch, Preconditions preconditions)
    {
        lock (_lock)
        {
            var entry = Bucket(bucket);
            var current = entry.Objects.GetValueOrDefault(name) ?? throw StorageException.NoObject(bucket, name);
            preconditions.Check(current);
            var patched = current with
            {
                Attributes = current.Attributes.Merge(patch),
                Metageneration = current.Metageneration + 1,
                UpdatedAt = _time.GetUtcNow().UtcDateTime,
            };
            Put(entry, patched);
            return patched;
        }
    }

    public void Delete(string bucket, string name, long? generation, Preconditions preconditions)
    {
        lock (_lock)
        {
            var entry = Bucket(bucket);
            var current = entry.Objects.GetValueOrDefault(name);
            if (current is null || (generation is not null && generation != current.Generation))
            {
                throw StorageException.NoObject(bucket, name);
            }

            preconditions.Check(current);
            _objectFiles.Delete(Key(bucket, name));
            entry.Objects.Remove(name);
            File.Delete(DataPath(current));
        }
    }

    private static string Key(string bucket, string name) => $"{bucket}/{name}"; // A bucket's name has no slash, so this is unique.

    private void Load()
    {
        foreach (var document in _bucketFiles.LoadAll())
        {
            _buckets.Add(StorageJson.Text(document, "name")!, new(document));
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in _objectFiles.LoadAll())
        {
            _buckets[stored.Bucket].Objects.Add(stored.Name, stored);
            known.Add(DataPath(stored));
            _lastGeneration = Math.Max(_lastGeneration, stored.Generation);
        }

        foreach (var orphan in Directory.EnumerateFiles(_dataFolder).Where(path => !known.Contains(path)))
        {
            File.Delete(orphan); // Moved in by a process that died before it wrote the record.
        }
    }

    private BucketEntry Bucket(string name) => _buckets.GetValueOrDefault(name) ?? throw StorageException.NoBucket();

    private void Put(BucketEntry bucket, StoredObject stored)
    {
        _objectFiles.Save(Key(stored.Bucket, stored.Name), stored);
        bucket.Objects[stored.Name] = stored;
    }

    private string DataPath(StoredObject stored) =>
        Path.Combine(_dataFolder, $"{JsonFiles<StoredObject>.FileName(Key(stored.Bucket, stored.Name))}.{stored.Generation}");

    private long NextGeneration(DateTime now)
    {
        var microseconds = (now - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return _lastGeneration = Math.Max(_lastGeneration + 1, microseconds);
    }

    private sealed class BucketEntry(JsonObject document)
    {
        public JsonObject Document { get; set; } = document;

        public SortedDictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);
    }
}
