using Portal.Sandbox.Learner;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>The adapters answering lately; the others are on disk until somebody asks them.</summary>
internal sealed class AdapterCache
{
    private const int Most = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _newestFirst = new();

    public Adapter Get(string path)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(path, out var node))
            {
                _newestFirst.Remove(node);
            }
            else
            {
                node = new(new(path, new(() => Load(path))));
                _entries[path] = node;
                Trim();
            }

            _newestFirst.AddFirst(node);
            return node.Value.Adapter.Value;
        }
    }

    private static Adapter Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Adapter.Load(stream);
    }

    private void Trim()
    {
        while (_newestFirst.Count >= Most)
        {
            _entries.Remove(_newestFirst.Last!.Value.Path); // There is a last one, as there are so many.
            _newestFirst.RemoveLast();
        }
    }

    private sealed record Entry(string Path, Lazy<Adapter> Adapter);
}
