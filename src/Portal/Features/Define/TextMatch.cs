using System.Text;
using System.Text.Json;

namespace Portal.Features.Define;

/// <summary>A piece of a playbook that stands in the project's own texts.</summary>
/// <param name="Field">Where in the playbook.</param>
/// <param name="Text">The piece, as the playbook writes it.</param>
/// <param name="Kind">What it stands in.</param>
/// <param name="Count">In how many rows, labels or names.</param>
/// <param name="IsPassage">A run of words, not one short value: no wording of a task comes by it.</param>
public sealed record FoundText(string Field, string Text, ProjectTextKind Kind, int Count, bool IsPassage);

/// <summary>
/// Looks for a project's texts in the texts of a playbook: any run of five words or more, any shorter value as a whole, and whatever looks
/// like an address or a number by itself. Letter case, accents' forms, space and punctuation count for nothing.
/// </summary>
public sealed class TextMatch
{
    private const int PassageWords = 5;
    private const int PassageLetters = 16;
    private const int ShortestValue = 3;
    private const int ShortestNumber = 5;

    private readonly List<Field> _fields;
    private readonly Dictionary<string, List<Span>> _passages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Span>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Span>> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<(Span Span, ProjectTextKind Kind), int> _found = [];
    private readonly HashSet<(Span Span, ProjectTextKind Kind)> _ofThisOne = [];

    public TextMatch(IEnumerable<(string Name, string Text)> fields)
    {
        _fields = [.. fields.Select(f => new Field(f.Name, f.Text, WordsOf(f.Text)))];
        for (var field = 0; field < _fields.Count; field++)
        {
            Index(field, _fields[field].Words);
        }
    }

    public void Look(ProjectText text)
    {
        _ofThisOne.Clear();
        foreach (var value in text.Texts.SelectMany(LeavesOf))
        {
            Look(value, text.Kind);
        }

        foreach (var found in _ofThisOne)
        {
            _found[found] = _found.GetValueOrDefault(found) + 1;
        }
    }

    /// <summary>Pieces that touch are told as one.</summary>
    public IReadOnlyList<FoundText> Found =>
    [
        .. from found in _found
           group found by (found.Key.Span.Field, found.Key.Kind, found.Key.Span.IsPassage) into piece
           from merged in Merged(piece.OrderBy(p => p.Key.Span.First).ThenBy(p => p.Key.Span.Last))
           let words = _fields[piece.Key.Field].Words
           orderby piece.Key.Field, merged.First
           select new FoundText(_fields[piece.Key.Field].Name, _fields[piece.Key.Field].Text[words[merged.First].From..words[merged.Last].To], piece.Key.Kind, merged.Count, piece.Key.IsPassage),
    ];

    private static IEnumerable<(int First, int Last, int Count)> Merged(IEnumerable<KeyValuePair<(Span Span, ProjectTextKind Kind), int>> found)
    {
        (int First, int Last, int Count)? open = null;
        foreach (var ((span, _), count) in found)
        {
            if (open is { } o && span.First <= o.Last)
            {
                open = (o.First, Math.Max(o.Last, span.Last), Math.Max(o.Count, count));
                continue;
            }

            if (open is { } ended)
            {
                yield return ended;
            }

            open = (span.First, span.Last, count);
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    private void Index(int field, List<Word> words)
    {
        for (var first = 0; first < words.Count; first++)
        {
            var joined = new StringBuilder();
            for (var last = first; last < words.Count; last++)
            {
                joined.Append(last == first ? "" : " ").Append(words[last].Text);
                var isPassage = IsPassage(last - first + 1, joined.Length);
                Add(isPassage ? _passages : _values, joined.ToString(), new Span(field, first, last, isPassage));
                if (isPassage)
                {
                    break;
                }
            }

            if (IsNumber(words[first].Text))
            {
                Add(_numbers, words[first].Text, new Span(field, first, first, false));
            }
        }
    }

    private void Look(string value, ProjectTextKind kind)
    {
        var words = WordsOf(value);
        var joined = string.Join(' ', words.Select(w => w.Text));
        if (joined.Length >= ShortestValue)
        {
            Note(_values, joined, kind);
        }

        var (at, starts) = (0, new int[words.Count]);
        for (var i = 0; i < words.Count; at += words[i++].Text.Length + 1)
        {
            starts[i] = at;
        }

        for (var first = 0; first < words.Count; first++)
        {
            Note(_numbers, words[first].Text, kind);
            for (var last = first; last < words.Count; last++)
            {
                var length = starts[last] + words[last].Text.Length - starts[first];
                if (IsPassage(last - first + 1, length))
                {
                    Note(_passages, joined.AsSpan(starts[first], length), kind);
                    break;
                }
            }
        }
    }

    private void Note(Dictionary<string, List<Span>> index, ReadOnlySpan<char> text, ProjectTextKind kind)
    {
        if (index.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var spans))
        {
            _ofThisOne.UnionWith(spans.Select(s => (s, kind)));
        }
    }

    /// <summary>A value in JSON is a value, whatever it is wrapped in.</summary>
    private static IEnumerable<string> LeavesOf(string text)
    {
        yield return text;
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            yield break;
        }

        List<string> leaves = [];
        try
        {
            using var json = JsonDocument.Parse(text);
            Gather(json.RootElement, leaves);
        }
        catch (JsonException)
        {
            // A text that only begins like JSON is looked at as the text it is.
        }

        foreach (var leaf in leaves)
        {
            yield return leaf;
        }
    }

    private static void Gather(JsonElement json, List<string> leaves)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    Gather(property.Value, leaves);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    Gather(item, leaves);
                }

                break;
            case JsonValueKind.String or JsonValueKind.Number:
                leaves.Add(json.ToString());
                break;
        }
    }

    private static bool IsPassage(int words, int length) => words >= PassageWords && length >= PassageLetters;

    private static bool IsNumber(string word) => word.Contains('@', StringComparison.Ordinal) || (word.Length >= ShortestNumber && word.Any(char.IsDigit));

    private static void Add(Dictionary<string, List<Span>> index, string key, Span span)
    {
        if (!index.TryGetValue(key, out var spans))
        {
            index[key] = spans = [];
        }

        spans.Add(span);
    }

    private static List<Word> WordsOf(string text)
    {
        List<Word> words = [];
        for (var at = 0; at < text.Length;)
        {
            var from = at;
            while (at < text.Length && IsInWord(text[at]) && !(at > from && StandsAlone(text[at])) && !(at > from && StandsAlone(text[at - 1])))
            {
                at++;
            }

            if (at > from)
            {
                words.Add(new Word(Folded(text[from..at]), from, at));
            }
            else
            {
                at++;
            }
        }

        return words;
    }

    // Half a pair, which a text may hold, has no normal form.
    private static string Folded(string word) => (word.Any(char.IsSurrogate) ? word : word.Normalize(NormalizationForm.FormKC)).ToLowerInvariant();

    private static bool IsInWord(char c) => char.IsLetterOrDigit(c) || c is '@' || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark;

    /// <summary>Letters of scripts that put no space between words are each a word.</summary>
    private static bool StandsAlone(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u2E80' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');

    private sealed record Field(string Name, string Text, List<Word> Words);

    private readonly record struct Word(string Text, int From, int To);

    private readonly record struct Span(int Field, int First, int Last, bool IsPassage);
}
