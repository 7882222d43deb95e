using System.Diagnostics.CodeAnalysis;

namespace Portal.Sandbox.State;

/// <summary>Resources of one kind by name; each change is on disk before anybody sees it.</summary>
internal sealed class ResourceStore<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, T> _items;
    private readonly JsonFiles<T> _files;

    public ResourceStore(string folder, Func<T, string> nameOf)
    {
        _files = new(folder);
        _items = _files.LoadAll().ToDictionary(nameOf, StringComparer.Ordinal);
    }

    public bool TryGet(string name, [NotNullWhen(true)] out T? item)
    {
        lock (_lock)
        {
            return _items.TryGetValue(name, out item);
        }
    }

    public IReadOnlyList<T> All()
    {
        lock (_lock)
        {
            return [.. _items.Values];
        }
    }

    public T Put(string name, T item)
    {
        lock (_lock)
        {
            _files.Save(name, item);
            return _items[name] = item;
        }
    }

    /// <summary>Changes what is there now, if it is there; the function may throw to leave it.</summary>
    public T? Change(string name, Func<T, T> change)
    {
        lock (_lock)
        {
            return _items.TryGetValue(name, out var item) ? Put(name, change(item)) : null;
        }
    }

    public bool Remove(string name)
    {
        lock (_lock)
        {
            _files.Delete(name);
            return _items.Remove(name);
        }
    }
}
