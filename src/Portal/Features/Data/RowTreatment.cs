using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Applies what was decided to rows on their way into a version: repairs and redaction. The rows as uploaded stay as they are, so
/// a decision taken back leaves no trace in the next version.
/// </summary>
internal sealed class RowTreatment(IReadOnlyList<Finding> findings, Redaction? redaction)
{
    private readonly Dictionary<string, Finding> _byId = findings.ToDictionary(f => f.Id, StringComparer.Ordinal);

    private readonly Dictionary<string, string> _labels = findings.SelectMany(f => f.Repairs.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        .Select(line => line.Split('\t')).Where(pair => pair.Length is 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    public Redaction? Redaction => redaction;

    public static async Task<RowTreatment> OpenAsync(PortalDbContext db, string? importId, Func<Task<Redaction>> redaction, CancellationToken ct)
    {
        var findings = await db.Findings.AsNoTracking()
            .Where(f => f.ImportId == importId && (f.Decision == FindingDecision.Fix || f.Decision == FindingDecision.Redact)).OrderBy(f => f.Id).ToListAsync(ct);
        return new RowTreatment(findings, findings.Exists(f => f.Decision is FindingDecision.Redact) ? await redaction() : null);
    }

    /// <summary>A page of rows as the version is to have them, their system instructions and their turns included.</summary>
    public async Task<List<TreatedRow>> ApplyAsync(PortalDbContext db, List<TreatedRow> rows, CancellationToken ct)
    {
        if (_byId.Count is 0)
        {
            return rows;
        }

        var (first, last, ids) = (rows[0].Number, rows[^1].Number, _byId.Keys.ToList());
        var concerned = (await db.FindingRows.AsNoTracking().Where(r => ids.Contains(r.FindingId) && r.Number >= first && r.Number <= last)
            .Select(r => new { r.Number, r.FindingId }).ToListAsync(ct)).ToLookup(r => r.Number, r => _byId[r.FindingId]);
        return [.. rows.Select(r => concerned[r.Number].ToList() is { Count: > 0 } decided ? Treat(decided, r) : r)];
    }

    private TreatedRow Treat(IReadOnlyList<Finding> decided, TreatedRow row)
    {
        var content = row.Content is null ? null : ContentTexts.Change(row.Content, (text, isAnswer) => Treat(decided, text, isAnswer));
        var (input, output) = (Treat(decided, row.Input, isOutput: false), Treat(decided, row.Output, isOutput: true));
        if (content is not null && MediaAddress.HashesIn(content).Count > 0)
        {
            // The name of a file is a text too, and is to read in the input as it does in the turns.
            using var document = JsonDocument.Parse(content);
            var read = Conversation.Read(document.RootElement, document.RootElement.GetProperty("contents"));
            (input, output) = read.Problem is null ? (read.Input, read.Output) : (input, output);
        }

        return new TreatedRow(row.Number, input, output, Treat(decided, row.System, isOutput: false), content);
    }

    private string Treat(IReadOnlyList<Finding> decided, string text, bool isOutput)
    {
        foreach (var fixes in decided.Where(f => f.Decision is FindingDecision.Fix).OrderBy(f => f.Rule))
        {
            text = Fixed(fixes.Rule, text, isOutput);
        }

        var kinds = decided.Where(f => f.Decision is FindingDecision.Redact).Select(f => FindingRules.Of(f.Rule).Personal).OfType<PersonalKind>().ToHashSet();
        return kinds.Count is 0 || redaction is null ? text : redaction.Redact(text, kinds);
    }

    public string Fixed(FindingRule rule, string text, bool isOutput) => rule switch
    {
        FindingRule.LabelVariant when isOutput => _labels.GetValueOrDefault(text, text),
        FindingRule.EncodingDamage => EncodingDamage.Repair(text),
        FindingRule.ControlCharacter => string.Concat(text.Where(c => !char.IsControl(c) || c is '\t' or '\n' or '\r')),
        FindingRule.MixedLineEnds => text.ReplaceLineEndings("\n"),
        FindingRule.PaddedOutput when isOutput => text.Trim(),
        _ => text,
    };
}

/// <summary>The texts of a row on its way into a version.</summary>
internal sealed record TreatedRow(int Number, string Input, string Output, string System, string? Content);
