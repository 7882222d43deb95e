using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Puts kept files in the place of what a row calls them.</summary>
internal sealed class MediaRows(MediaKeeper keeper)
{
    public const string Mark = "\"fileData\":";

    /// <summary>Whether the row names files.</summary>
    public static bool AreIn(MappedRow row) => row.Problem is null && row.Content?.Contains(Mark, StringComparison.Ordinal) is true;

    public async Task ResolveAsync(MappedRow row, CancellationToken ct)
    {
        if (!AreIn(row) || row.Content is null)
        {
            return;
        }

        var log = LogOf(row.Content);
        for (var turn = 0; turn < log.Turns.Count; turn++)
        {
            for (var at = 0; at < log.Turns[turn].Parts.Count; at++)
            {
                var part = log.Turns[turn].Parts[at];
                if (part.Kind is not TurnPartKind.Media)
                {
                    continue;
                }

                var (kept, fault) = log.Turns[turn].IsModel
                    ? (null, new MediaFault(FindingRule.MediaUnreadable, "an answer of the model holds media, and it can be taught to answer in text alone"))
                    : await keeper.TakeAsync(part.Text, part.Name, ct);
                if (kept is null)
                {
                    Refuse(row, log, fault);
                    return;
                }

                log.Turns[turn].Parts[at] = part with { Text = MediaAddress.Of(kept.File.Sha256, kept.Name), Name = kept.File.MimeType };
                row.Media.Add(kept.File);
                row.IsMediaOtherwise |= kept.IsOtherwise;
            }
        }

        Fill(row, log);
    }

    /// <summary>The files of a stored row by their hashes, and what the row calls them.</summary>
    public static IEnumerable<(string Sha256, string Name)> NamedIn(string? content) => content?.Contains(MediaAddress.Mark, StringComparison.Ordinal) is true
        ? LogOf(content).Turns.SelectMany(t => t.Parts).Where(p => p.Kind is TurnPartKind.Media).Select(p => MediaAddress.Parse(p.Text)).OfType<(string Sha256, string Name)>()
        : [];

    public static ConversationLog LogOf(string content)
    {
        var log = new ConversationLog();
        using var document = JsonDocument.Parse(content);
        GeminiTurns.Read(document.RootElement, document.RootElement.GetProperty("contents"), log);
        return log.Problem is null ? log : throw new InvalidOperationException($"A stored row cannot be read: {log.Problem}.");
    }

    private static void Fill(MappedRow row, ConversationLog log)
    {
        var read = Conversation.Of(log);
        (row.Input, row.Output, row.Content) = (read.Input, read.Output, read.Content);
    }

    /// <summary>Set aside with its texts; nothing of what it led to is kept.</summary>
    private static void Refuse(MappedRow row, ConversationLog log, MediaFault? fault)
    {
        var shown = Conversation.Of(log);
        (row.Input, row.Output, row.Content, row.MediaFault) = (shown.Input, shown.Output, null, fault);
        row.Media.Clear();
    }
}
