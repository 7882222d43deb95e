using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What a call is looked at by: the shape of its task's answers, and whether its organisation keeps texts.</summary>
public sealed record CallBasis(AnswerShape Shape, KeepingChoice Keeping)
{
    public static async Task<CallBasis> ReadAsync(PortalDbContext db, string projectId, CancellationToken ct)
    {
        var task = await db.Set<TaskDefinition>().AsNoTracking().SingleOrDefaultAsync(t => t.ProjectId == projectId, ct);
        return new CallBasis(new AnswerShape(task?.Kind ?? TaskKind.Generate, task?.Labels ?? []), await ChoiceAsync(db, ct));
    }

    /// <summary>Off wherever nobody has said otherwise.</summary>
    public static async Task<KeepingChoice> ChoiceAsync(PortalDbContext db, CancellationToken ct) =>
        await db.TextKeepings.AsNoTracking().SingleOrDefaultAsync(ct) is { } keeping ? keeping.ToChoice() : KeepingChoice.Off;
}

/// <summary>
/// The bases of the projects that are called, read again every few seconds. Whether a text may be kept is asked once more, of the
/// database, before any is.
/// </summary>
public sealed class CallBases(TimeProvider time)
{
    private const int Most = 10_000;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string TenantId, string ProjectId), (CallBasis Basis, long ReadAt)> _known = new();

    public async ValueTask<CallBasis> OfAsync(PortalDbContext db, string projectId)
    {
        if (db.IsRestricted)
        {
            // Somebody's view of a part, which is nobody else's.
            return await CallBasis.ReadAsync(db, projectId, CancellationToken.None);
        }

        var place = (db.TenantId, projectId);
        if (_known.TryGetValue(place, out var known) && time.GetElapsedTime(known.ReadAt) < s_fresh)
        {
            return known.Basis;
        }

        if (_known.Count > Most)
        {
            _known.Clear();
        }

        var basis = await CallBasis.ReadAsync(db, projectId, CancellationToken.None);
        _known[place] = (basis, time.GetTimestamp());
        return basis;
    }
}
