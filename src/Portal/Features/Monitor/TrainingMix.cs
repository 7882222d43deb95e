using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>The mix of the training rows of one version.</summary>
internal sealed record VersionMix(string VersionId, TrafficTally Mix);

/// <summary>What a deployment's calls are compared with: the mix of the rows that were trained on, and the word pairs they have.</summary>
public sealed class TrainingMix(IDbContextFactory<PortalDbContext> dbs, ExampleService examples, ProjectService projects, KnownPairs pairs)
{
    private const int PageSize = 2_000;

    /// <summary>The version that the deployment's candidate came from, else the newest of the project; null while it has none.</summary>
    public async Task<string?> VersionOfAsync(string projectId, string deploymentId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var versionId = await db.Set<Deploy.Deployment>().Where(d => d.Id == deploymentId)
            .Join(db.Set<Model.Candidate>(), d => d.CandidateId, c => c.Id, (_, c) => c.VersionId).SingleOrDefaultAsync(ct);
        var isFrozen = versionId is not null && await db.DatasetVersions.AnyAsync(v => v.Id == versionId && v.State == VersionState.Frozen, ct);
        return isFrozen ? versionId : (await examples.LatestVersionAsync(projectId, ct))?.Id;
    }

    /// <summary>The word pairs of the version's training rows; counts its mix as well where nobody has yet.</summary>
    public async Task<IReadOnlySet<uint>> PairsAsync(string projectId, string versionId, CancellationToken ct)
    {
        if (pairs.Find(versionId) is { } known && await FindAsync(versionId, ct) is not null)
        {
            return known;
        }

        var (set, mix) = await ReadAsync(projectId, versionId, ct);
        await KeepAsync(projectId, versionId, mix, ct);
        pairs.Keep(versionId, set);
        return set;
    }

    public async Task<DriftBaseline?> FindAsync(string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DriftBaselines.AsNoTracking().SingleOrDefaultAsync(b => b.VersionId == versionId, ct);
    }

    /// <summary>What the deployment's calls are compared with; null while nothing is deployed, or its rows have not been counted yet.</summary>
    internal async Task<VersionMix?> MixOfAsync(string projectId, string? deploymentId, CancellationToken ct)
    {
        if (deploymentId is null || await VersionOfAsync(projectId, deploymentId, ct) is not { } versionId || await FindAsync(versionId, ct) is not { } baseline)
        {
            return null;
        }

        var mix = new TrafficTally();
        mix.Add(Figures.Parse(baseline.FiguresJson));
        return new VersionMix(versionId, mix);
    }

    private async Task<(HashSet<uint> Pairs, TrafficTally Mix)> ReadAsync(string projectId, string versionId, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        var shape = new AnswerShape(task.Kind, task.Labels);
        var (set, mix, scan) = (new HashSet<uint>(), new TrafficTally(), new TextScan());
        var after = 0;
        while (await examples.ReadAsync(versionId, Split.Train, after, PageSize, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                scan.Read(row.Input);
                mix.AddExample(row.Input.Length, LanguageGuess.NameOf(LanguageGuess.Of(scan, row.Input)), shape.LabelOf(row.Output));
                foreach (var pair in scan.Pairs)
                {
                    if (CallSketch.IsPicked(pair))
                    {
                        set.Add(pair);
                    }
                }
            }

            after = page[^1].Number;
        }

        return (set, mix);
    }

    private async Task KeepAsync(string projectId, string versionId, TrafficTally mix, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.DriftBaselines.AnyAsync(b => b.VersionId == versionId, ct))
        {
            db.DriftBaselines.Add(new DriftBaseline { ProjectId = projectId, VersionId = versionId, Examples = mix.Calls, FiguresJson = mix.ToFigures().ToStored() });
            await db.SaveChangesAsync(ct);
        }
    }
}

/// <summary>The word pairs of the versions asked for last. They are counted again from the rows when a process has none.</summary>
public sealed class KnownPairs
{
    private const int Most = 8;

    private readonly Lock _lock = new();
    private readonly List<(string VersionId, IReadOnlySet<uint> Pairs)> _kept = [];

    public IReadOnlySet<uint>? Find(string versionId)
    {
        lock (_lock)
        {
            var known = _kept.Find(k => k.VersionId == versionId);
            if (known.Pairs is not null)
            {
                _kept.Remove(known);
                _kept.Insert(0, known);
            }

            return known.Pairs;
        }
    }

    public void Keep(string versionId, IReadOnlySet<uint> pairs)
    {
        lock (_lock)
        {
            _kept.RemoveAll(k => k.VersionId == versionId);
            _kept.Insert(0, (versionId, pairs));
            if (_kept.Count > Most)
            {
                _kept.RemoveAt(Most);
            }
        }
    }
}
