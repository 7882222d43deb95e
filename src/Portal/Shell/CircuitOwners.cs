using System.Collections.Concurrent;
using Portal.Features.Tenancy;

namespace Portal.Shell;

/// <summary>
/// Where a browser cannot open a socket, a circuit is spoken to by requests that name its connection in their address, and the framework
/// asks no more than that name: it stands in the logs of every proxy on the way. Whoever did not begin it is told that it is not there.
/// </summary>
internal sealed class CircuitOwners(TimeProvider time)
{
    private const int Many = 1_000;

    /// <summary>A browser that waits for its circuit asks again every two minutes at most.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Owner> _owners = new(StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.WebSockets.IsWebSocketRequest && http.Request.Path.StartsWithSegments("/_blazor") && http.Request.Query["id"] is [{ Length: > 0 } connection])
        {
            var session = http.User.SessionId() ?? "";
            if (_owners.TryGetValue(connection, out var owner) && owner.SessionId != session)
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            // Names that nobody was given are refused further on, and not remembered.
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode < StatusCodes.Status300MultipleChoices)
                {
                    Remember(connection, session);
                }

                return Task.CompletedTask;
            });
        }

        await next(http);
    }

    private void Remember(string connection, string session)
    {
        var now = time.GetUtcNow();
        if (_owners.Count > Many)
        {
            foreach (var (old, owner) in _owners.Where(o => now - o.Value.SeenAt > s_keptFor))
            {
                _owners.TryRemove(new(old, owner));
            }
        }

        _owners.AddOrUpdate(connection, _ => new Owner(session, now), (_, owner) => owner with { SeenAt = now });
    }

    private sealed record Owner(string SessionId, DateTimeOffset SeenAt);
}
