using System.IO.Hashing;
using System.Text;
using Portal.Features.Data;
using Portal.Features.Define;

namespace Portal.Features.Model;

/// <summary>
/// Chooses the examples of a few-shot prompt from training rows: the same rows give the same examples in whatever order they
/// come. For labels some of each, otherwise a few that are as different as can be.
/// </summary>
public sealed class ShotPicker(TaskDefinition task)
{
    public const int TokenBudget = 8_000;

    private const int PerLabel = 2;
    private const int FreeShots = 5;
    private const int FreePool = 200;

    /// <summary>A longer row is taken only where a label has no shorter one.</summary>
    private const int LongRow = 400;

    // Labels that differ in letter case alone are one answer to whoever scores it: the first spelling stands for both.
    private readonly Dictionary<string, string> _labels = task.Labels.GroupBy(AnswerScore.Normalize, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);

    private readonly SortedDictionary<string, SortedSet<Choice>> _pools = new(StringComparer.Ordinal);

    private bool IsByLabel => task.Kind is TaskKind.Classify;

    /// <exception cref="ArgumentException">The row is not a training row: a prompt must not contain what it is measured on.</exception>
    public void Offer(VersionExample row)
    {
        if (row.Split is not Split.Train)
        {
            throw new ArgumentException($"Row {row.Number} is a {row.Split} row; only training rows may be shown in a prompt.", nameof(row));
        }

        // A prompt shows examples as text; one that is about a file would show a name and teach nothing.
        if (RowFiles.HashesOf(row).Count > 0 || PoolOf(row) is not { } key)
        {
            return;
        }

        if (!_pools.TryGetValue(key, out var pool))
        {
            _pools.Add(key, pool = []);
        }

        var shot = new Shot(row.Input, IsByLabel ? key : row.Output);
        pool.Add(new Choice(TokenEstimate.Likely(row.Input) > LongRow, XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(row.Input)), shot));
        if (pool.Count > (IsByLabel ? PerLabel : FreePool))
        {
            pool.Remove(pool.Max!); // the pool has just been added to
        }
    }

    public IReadOnlyList<Shot> Pick()
    {
        var wished = IsByLabel ? InTurns() : Diverse();
        var (room, taken) = ((long)TokenBudget, new List<Choice>());
        foreach (var choice in wished)
        {
            var tokens = TokenEstimate.Likely(choice.Shot.Input) + TokenEstimate.Likely(choice.Shot.Output);
            if (tokens <= room)
            {
                room -= tokens;
                taken.Add(choice);
            }
        }

        // By rank, so that the labels stand mixed: a block of one label would pull the answers to the last block.
        return [.. taken.OrderBy(c => c.Rank).Select(c => c.Shot)];
    }

    /// <summary>The pool a row competes in: its label as the task spells it; null where it has none of the task's.</summary>
    private string? PoolOf(VersionExample row) => !IsByLabel ? ""
        : _labels.Count is 0 ? row.Output.Trim()
        : _labels.GetValueOrDefault(AnswerScore.Normalize(row.Output));

    /// <summary>One of each label before the second of any.</summary>
    private IEnumerable<Choice> InTurns()
    {
        var pools = _pools.Values.Select(p => p.ToList()).ToList();
        return Enumerable.Range(0, PerLabel).SelectMany(turn => pools.Where(p => turn < p.Count).Select(p => p[turn]));
    }

    /// <summary>Each next one is the farthest from those before it, by shared words.</summary>
    private List<Choice> Diverse()
    {
        var open = _pools.Values.SelectMany(p => p).Select(c => (Choice: c, Words: TokenF1.Words(c.Shot.Input).ToHashSet(), Distance: double.MaxValue)).ToList();
        var taken = new List<Choice>();
        while (open.Count > 0 && taken.Count < FreeShots)
        {
            var next = open.MaxBy(o => o.Distance);
            open.Remove(next);
            taken.Add(next.Choice);
            open = [.. open.Select(o => o with { Distance = Math.Min(o.Distance, Distance(o.Words, next.Words)) })];
        }

        return taken;
    }

    private static double Distance(HashSet<string> one, HashSet<string> other)
    {
        var shared = one.Count(other.Contains);
        var all = one.Count + other.Count - shared;
        return all is 0 ? 0 : 1 - ((double)shared / all);
    }

    private sealed record Choice(bool IsLong, ulong Rank, Shot Shot) : IComparable<Choice>
    {
        public int CompareTo(Choice? other) => other is null ? 1
            : (IsLong, Rank).CompareTo((other.IsLong, other.Rank)) is not 0 and var order ? order
            : string.CompareOrdinal(Shot.Input + "\n" + Shot.Output, other.Shot.Input + "\n" + other.Shot.Output);
    }
}
