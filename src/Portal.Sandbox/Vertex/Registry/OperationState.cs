using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.State;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>Long-running operations. The work itself is quick; the reply comes a little later, so that callers learn to wait.</summary>
internal sealed class OperationState
{
    private static readonly TimeSpan s_duration = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    private readonly ResourceStore<OperationRecord> _operations;
    private readonly TimeProvider _time;

    public OperationState(string folder, TimeProvider time)
    {
        _time = time;
        _operations = new(Path.Combine(folder, "operations"), record => record.Operation.Name);
        foreach (var old in _operations.All().Where(record => record.DoneAt + s_kept < Now))
        {
            _operations.Remove(old.Operation.Name);
        }
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <param name="scope">Where the operation lives.</param>
    /// <param name="kind">The start of its metadata type: <c>CreateEndpoint</c>, <c>Delete</c>, …</param>
    /// <param name="responseType">Full name of the message in <paramref name="response"/>.</param>
    /// <param name="response">What the finished operation gives.</param>
    public VertexOperation Start(ResourceScope scope, string kind, string responseType, object? response)
    {
        var now = Now;
        var body = response is null ? [] : JsonSerializer.SerializeToNode(response, response.GetType(), VertexJson.Options)!.AsObject();
        body.Insert(0, "@type", "type.googleapis.com/" + responseType);
        var operation = new VertexOperation
        {
            Name = scope.Resource("operations", NewId.Next()),
            Metadata = new()
            {
                Type = $"type.googleapis.com/google.cloud.aiplatform.v1.{kind}OperationMetadata",
                GenericMetadata = new() { CreateTime = now, UpdateTime = now },
            },
            Done = true,
            Response = JsonSerializer.SerializeToElement(body),
        };
        _operations.Put(operation.Name, new(operation, now + s_duration));
        return Unfinished(operation);
    }

    public VertexOperation Get(string name)
    {
        var record = Find(name);
        return Now < record.DoneAt ? Unfinished(record.Operation) : record.Operation;
    }

    public async Task<VertexOperation> WaitAsync(string name, TimeSpan longest, CancellationToken cancellationToken)
    {
        var left = Find(name).DoneAt - Now;
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left < longest ? left : longest, _time, cancellationToken);
        }

        return Get(name);
    }

    public void Delete(string name)
    {
        if (!_operations.Remove(name))
        {
            throw Refusal.NoResource("Operation", name);
        }
    }

    public IEnumerable<VertexOperation> List(string prefix) =>
        _operations.All().Where(record => record.Operation.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(record => Get(record.Operation.Name));

    private static VertexOperation Unfinished(VertexOperation operation) => operation with { Done = false, Response = null };

    private OperationRecord Find(string name) => _operations.TryGet(name, out var record) ? record : throw Refusal.NoResource("Operation", name);
}

internal sealed record OperationRecord(VertexOperation Operation, DateTime DoneAt);
