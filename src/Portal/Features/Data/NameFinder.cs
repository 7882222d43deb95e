using System.Collections.Frozen;

namespace Portal.Features.Data;

/// <summary>
/// Finds names of people by what leads to them: a title, "my name is", or a well-known first name before another capitalised word.
/// A list cannot know every name, and the screen says so; what it does find is nearly always one.
/// </summary>
internal static class NameFinder
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_titles = NameLists.Titles.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_first = NameLists.First.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] s_leads =
        ["my name is ", "name's ", "this is ", "i am ", "i'm ", "ich heiße ", "mein name ist ", "ich bin ", "je m'appelle ", "mon nom est ", "je suis ", "me llamo ", "mi nombre es ", "soy ", "mi chiamo ", "mijn naam is ", "signed, ", "regards, ", "grüße, "];

    /// <summary>Leads after which any capitalised words are a name; after the others a first name must follow.</summary>
    private static readonly string[] s_sureLeads = ["my name is ", "ich heiße ", "mein name ist ", "je m'appelle ", "me llamo ", "mi nombre es ", "mi chiamo ", "mijn naam is "];

    /// <summary>Capitalised words after a first name that do not make it a person: streets, firms, institutions, months.</summary>
    private static readonly FrozenSet<string> s_notSurnames =
        "street st avenue ave road rd lane university college school hospital church inc ltd llc gmbh corp company bank hotel airport station park river bay city county island international january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday straße platz weg allee the and or is was has will said says asked".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static void Find(ReadOnlySpan<char> text, FoundTexts found)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsUpper(text[i]) || (i > 0 && (char.IsLetterOrDigit(text[i - 1]) || text[i - 1] is '@' or '_' or '/' or '.' && i > 1 && char.IsLetterOrDigit(text[i - 2]))))
            {
                continue;
            }

            var end = WordEnd(text, i);
            if (NameAt(text, i, end) is { Length: > 0 } name && found.IsFree(name.Start, name.End))
            {
                found.Add(PersonalKind.Person, name.Start, name.Length);
                i = name.End - 1;
            }
            else
            {
                i = end - 1;
            }
        }
    }

    private static FoundText NameAt(ReadOnlySpan<char> text, int start, int end)
    {
        var word = text[start..end];
        if (IsTitle(word, text, end))
        {
            var next = end < text.Length && text[end] is '.' ? end + 1 : end;
            var (from, to) = Follow(text, next, 3);
            // "Dr. med. Jane Doe", "Herr Dr. Müller": a title may follow a title.
            return to > from ? new FoundText(PersonalKind.Person, from, to - from) : default;
        }

        if (IsAfter(text, start, s_sureLeads))
        {
            return new FoundText(PersonalKind.Person, start, Last(text, start, end, 2) - start);
        }

        // Of a double name such as Jean-Pierre the first half is on the list.
        if (!s_first.Contains(word.IndexOf('-') is > 0 and var hyphen ? word[..hyphen] : word))
        {
            return default;
        }

        var last = IsPlace(text, start) ? end : Last(text, start, end, 2);
        return last > end || IsAfter(text, start, s_leads) ? new FoundText(PersonalKind.Person, start, last - start) : default;
    }

    /// <summary>Saints give their names to towns.</summary>
    private static bool IsPlace(ReadOnlySpan<char> text, int start) =>
        text[..start].EndsWith("St. ") || text[..start].EndsWith("St ") || text[..start].EndsWith("Saint ") || text[..start].EndsWith("San ") || text[..start].EndsWith("Sankt ");

    private static bool IsTitle(ReadOnlySpan<char> word, ReadOnlySpan<char> text, int end) =>
        s_titles.Contains(word) && end < text.Length && text[end] is ' ' or '.' or '\u00A0';

    /// <summary>The capitalised words after a title, further titles skipped.</summary>
    private static (int From, int To) Follow(ReadOnlySpan<char> text, int at, int most)
    {
        for (var titles = 0; NextCapital(text, at) is var (start, end) && end > start; titles++)
        {
            if (s_titles.Contains(text[start..end]))
            {
                if (titles is 3)
                {
                    break;
                }

                at = end < text.Length && text[end] is '.' ? end + 1 : end;
                continue;
            }

            return end - start > 1 ? (start, Last(text, start, end, most)) : (0, 0);
        }

        return (0, 0);
    }

    /// <summary>Where the name ends: up to some more capitalised words, an initial, or a particle such as "van der".</summary>
    private static int Last(ReadOnlySpan<char> text, int start, int end, int most)
    {
        for (var taken = 0; taken < most; taken++)
        {
            var at = end < text.Length && text[end] is '.' && end - start is 1 ? end + 1 : end;
            foreach (var particle in (ReadOnlySpan<string>)["von der ", "van der ", "van den ", "de la ", "von ", "van ", "zu ", "de ", "del ", "della ", "di ", "da ", "bin ", "al-", "O'"])
            {
                if (at + 1 < text.Length && text[at] is ' ' && text[(at + 1)..].StartsWith(particle, StringComparison.Ordinal))
                {
                    at += particle.Length;
                    break;
                }
            }

            var (from, to) = NextCapital(text, at);
            if (to <= from || s_notSurnames.Contains(text[from..to].ToString()) || (to - from > 1 && IsShouted(text[from..to])))
            {
                break;
            }

            if (to - from is 1 && to < text.Length && text[to] is '.')
            {
                to++;
            }

            end = to;
        }

        return end;
    }

    private static bool IsShouted(ReadOnlySpan<char> word) => !word.ContainsAnyInRange('a', 'z') && word.Length < 4;

    /// <summary>The word after one space, if it begins with a capital and has no digit.</summary>
    private static (int Start, int End) NextCapital(ReadOnlySpan<char> text, int at)
    {
        var start = at;
        while (start < text.Length && start - at < 2 && text[start] is ' ' or '\u00A0')
        {
            start++;
        }

        if (start == text.Length || !char.IsUpper(text[start]))
        {
            return (0, 0);
        }

        var end = WordEnd(text, start);
        return end < text.Length && char.IsAsciiDigit(text[end]) ? (0, 0) : (start, end);
    }

    private static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && (char.IsLetter(text[end]) || (text[end] is '-' or '\'' or '’' && end + 1 < text.Length && char.IsUpper(text[end + 1]))))
        {
            end++;
        }

        return end;
    }

    private static bool IsAfter(ReadOnlySpan<char> text, int start, string[] leads)
    {
        foreach (var lead in leads)
        {
            if (text[..start].EndsWith(lead, StringComparison.OrdinalIgnoreCase))
            {
                var before = start - lead.Length - 1;
                return before < 0 || !char.IsLetterOrDigit(text[before]);
            }
        }

        return false;
    }
}
