using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// What of a row with media is compared with other rows. "Write the note of this recording" is the same text a thousand times, and the
/// recordings differ: so each file counts with words of its own, made of its hash, at least twice as many as the text has.
/// </summary>
internal static class MediaText
{
    private const int FewestWords = 48;
    private const int MostWords = 4_000;
    private const int CharactersPerWord = 5;

    public static string ComparedOf(string input, string? content)
    {
        var hashes = MediaAddress.HashesIn(content);
        if (hashes.Count is 0)
        {
            return input;
        }

        var words = Math.Clamp(input.Length / CharactersPerWord * 2, FewestWords, MostWords) / hashes.Count;
        var text = new StringBuilder(input);
        foreach (var hash in hashes)
        {
            var bytes = Encoding.ASCII.GetBytes(hash);
            for (var i = 0; i <= words; i++)
            {
                text.Append(' ').Append(XxHash3.HashToUInt64(bytes, i).ToString("x16", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
