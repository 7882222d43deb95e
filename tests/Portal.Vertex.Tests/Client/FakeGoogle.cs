using System.Net;
using System.Text;

namespace Portal.Vertex.Tests.Client;

/// <summary>Answers from a script, in order, and remembers what it was asked. A call beyond the script fails the test.</summary>
internal sealed class FakeGoogle : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly Dictionary<string, string> _byPath = [];
    private readonly TimeProvider _clock;

    public FakeGoogle(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    public List<FakeCall> Calls { get; } = [];

    public FakeGoogle Answer(string json, HttpStatusCode status = HttpStatusCode.OK, Action<HttpResponseMessage>? with = null) =>
        Do(_ =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            with?.Invoke(response);
            return Task.FromResult(response);
        });

    public FakeGoogle Answer(HttpStatusCode status) => Answer("", status);

    public FakeGoogle Break(Exception exception) => Do(_ => throw exception);

    public FakeGoogle Hang() => Do(async cancellationToken =>
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Never.");
    });

    public FakeGoogle Send(HttpContent content) => Do(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content }));

    public FakeGoogle Do(Func<CancellationToken, Task<HttpResponseMessage>> step)
    {
        _script.Enqueue(step);
        return this;
    }

    /// <summary>Answers every call of a path and query; outside the script.</summary>
    public FakeGoogle At(string pathAndQuery, string json)
    {
        _byPath[pathAndQuery] = json;
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (Calls)
        {
            Calls.Add(new FakeCall(
                request.Method.Method,
                request.RequestUri!,
                body,
                request.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase),
                _clock.GetUtcNow()));
        }

        if (_byPath.TryGetValue(request.RequestUri!.PathAndQuery, out var json))
        {
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        }

        if (_byPath.Count > 0)
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        return _script.TryDequeue(out var step)
            ? await step(cancellationToken)
            : throw new InvalidOperationException($"Nothing is left to answer {request.Method} {request.RequestUri} with.");
    }
}

internal sealed record FakeCall(string Method, Uri Uri, string Body, IReadOnlyDictionary<string, string> Headers, DateTimeOffset At);
