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
    private readonly List<(int Start, int End)> _words = [];
    private char[] _joined = [];

    public TextMatch(IEnumerable<(string Name, string Text)> fields)
    {
        _fields = [.. fields.Select(f => new Field(f.Name, f.Text, TextWord.Of(f.Text)))];
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

    private void Index(int field, List<TextWord> words)
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
        Fold(value);
        var joined = _joined.AsSpan(0, _words.Count is 0 ? 0 : _words[^1].End);
        if (joined.Length >= ShortestValue)
        {
            Note(_values, joined, kind);
        }

        for (var first = 0; first < _words.Count; first++)
        {
            var (start, end) = _words[first];
            if (IsNumber(joined[start..end]))
            {
                Note(_numbers, joined[start..end], kind);
            }

            for (var last = first; last < _words.Count; last++)
            {
                if (IsPassage(last - first + 1, _words[last].End - start))
                {
                    Note(_passages, joined[start.._words[last].End], kind);
                    break;
                }
            }
        }
    }

    /// <summary>The words of a text, a space between each, and where they are. Rows come by the million, and most are plain letters.</summary>
    private void Fold(string text)
    {
        _words.Clear();
        if (!Ascii.IsValid(text))
        {
            var words = TextWord.Of(text);
            _joined = string.Join(' ', words.Select(w => w.Text)).ToCharArray();
            var at = 0;
            words.ForEach(w => _words.Add((at, (at += w.Text.Length + 1) - 1)));
            return;
        }

        _joined = _joined.Length < text.Length ? new char[text.Length] : _joined;
        var (from, to) = (0, 0);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '@')
            {
                _joined[to++] = char.ToLowerInvariant(c);
            }
            else if (to > from)
            {
                _words.Add((from, to));
                _joined[to++] = ' ';
                from = to;
            }
        }

        if (to > from)
        {
            _words.Add((from, to));
        }
    }

    private void Note(Dictionary<string, List<Span>> index, ReadOnlySpan<char> text, ProjectTextKind kind)
    {
        if (index.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var spans))
        {
            foreach (var span in spans)
            {
                _ofThisOne.Add((span, kind));
            }
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

    private static bool IsNumber(ReadOnlySpan<char> word)
    {
        var hasDigit = false;
        foreach (var c in word)
        {
            if (c is '@')
            {
                return true;
            }

            hasDigit |= char.IsDigit(c);
        }

        return hasDigit && word.Length >= ShortestNumber;
    }

    private static void Add(Dictionary<string, List<Span>> index, string key, Span span)
    {
        if (!index.TryGetValue(key, out var spans))
        {
            index[key] = spans = [];
        }

        spans.Add(span);
    }

    private sealed record Field(string Name, string Text, List<TextWord> Words);

    private readonly record struct Span(int Field, int First, int Last, bool IsPassage);
}
