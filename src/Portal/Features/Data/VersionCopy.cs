using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// The rows of a frozen version as another one takes them over: in the order of their numbers, each with the split it has. A page of each
/// split is held at a time.
/// </summary>
internal sealed class VersionCopy(IDbContextFactory<PortalDbContext> dbs, string versionId, int take)
{
    public async IAsyncEnumerable<List<(int Number, string Input, string Output, RowExtras More)>> PagesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var sources = Enum.GetValues<Split>().Select(split => new Source(split)).ToList();
        for (List<(int, string, string, RowExtras)> page = []; ; page = [])
        {
            while (page.Count < take && await NextAsync(sources, ct) is { } row)
            {
                page.Add((row.Number, row.Input, row.Output, new RowExtras(row.System, row.Content, row.Slice, row.SourceId, "", null, row.Split, row.IsSynthetic, row.IsFromTraffic)));
            }

            if (page.Count is 0)
            {
                yield break;
            }

            yield return page;
        }
    }

    private async Task<FrozenExample?> NextAsync(List<Source> sources, CancellationToken ct)
    {
        foreach (var source in sources.Where(s => s.Rows.Count is 0 && !s.IsOver))
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var (split, after) = (source.Split, source.After);
            var rows = await db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && e.Split == split && e.Number > after).OrderBy(e => e.Number).Take(take).ToListAsync(ct);
            source.IsOver = rows.Count is 0;
            source.After = source.IsOver ? source.After : rows[^1].Number;
            rows.ForEach(source.Rows.Enqueue);
        }

        return sources.Where(s => s.Rows.Count > 0).MinBy(s => s.Rows.Peek().Number)?.Rows.Dequeue();
    }

    private sealed class Source(Split split)
    {
        public Split Split => split;

        public Queue<FrozenExample> Rows { get; } = new();

        public int After { get; set; } = -1;

        public bool IsOver { get; set; }
    }
}
