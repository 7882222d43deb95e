using System.Globalization;

namespace Portal.Features.Data;

/// <summary>Whether the first row names the columns. A person can say otherwise; this is only what is proposed.</summary>
internal static class HeaderGuess
{
    private const int NameLength = 60;

    public static bool IsHeader(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.Count is 0)
        {
            return true;
        }

        // A table of numbered rows names its first column with nothing; delimiters after the last name name nothing either.
        IReadOnlyList<string> first = [.. rows[0].Reverse().SkipWhile(c => c.Trim() is "").Reverse()];
        if (first is ["", _, ..] && rows.Count > 1 && rows.Skip(1).All(r => r.Count > 0 && int.TryParse(r[0], out _)))
        {
            first = [.. first.Skip(1)];
            rows = [first, .. rows.Skip(1).Select(r => (IReadOnlyList<string>)[.. r.Skip(1)])];
        }

        if (first.Any(ColumnGuess.IsKnown))
        {
            return true;
        }

        if (first.Any(c => c.Trim() is "" || c.Length > NameLength || c.Contains('\n') || double.TryParse(c, CultureInfo.InvariantCulture, out _)))
        {
            return false;
        }

        // A value that comes again below is a value; sentences end in a mark, names do not.
        return !first.Any(c => c.TrimEnd() is [.., '.' or '?' or '!'])
            && !first.Where((cell, i) => rows.Skip(1).Any(row => i < row.Count && row[i] == cell)).Any()
            && first.All(c => c.Count(' ') <= 3);
    }
}
