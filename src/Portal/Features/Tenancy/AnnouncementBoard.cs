using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// What is announced, as one process knows it: read from the database every few seconds while anybody asks, however many pages are open.
/// </summary>
public sealed class AnnouncementBoard(IServiceScopeFactory scopes, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Reading? _last;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>What holds now, the most urgent first.</summary>
    public async ValueTask<IReadOnlyList<Announcement>> CurrentAsync(CancellationToken ct)
    {
        if (_last is not { } last || Now - last.At >= s_every)
        {
            await ReadAsync(ct);
        }

        var now = Now;
        return [.. (_last?.Announcements ?? []).Where(a => a.IsShown(now)).OrderByDescending(a => a.Severity).ThenBy(a => a.FromAt)];
    }

    public void Dispose() => _reading.Dispose();

    private async Task ReadAsync(CancellationToken ct)
    {
        // One reads for all; whoever asks meanwhile waits for it.
        await _reading.WaitAsync(ct);
        try
        {
            var now = Now;
            if (_last is { } last && now - last.At < s_every)
            {
                return;
            }

            await using var own = scopes.CreateAsyncScope();
            await using var db = await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
            _last = new Reading(now, await db.Announcements.AsNoTracking().Where(a => a.WithdrawnAt == null && a.UntilAt > now).ToListAsync(ct));
        }
        catch (Exception fault) when (fault is DbException or TimeoutException or InvalidOperationException { InnerException: DbException })
        {
            // The database is away: what was known stands, and the next who asks tries again.
        }
        finally
        {
            _reading.Release();
        }
    }

    private sealed record Reading(DateTime At, IReadOnlyList<Announcement> Announcements);
}
