using System.Text;

namespace Portal.Features.Model;

/// <summary>Tokens of a text before anybody has counted them: for quotes only, the bill is made from Google's count.</summary>
public static class TokenEstimate
{
    /// <summary>About four letters a token; bytes, so that scripts with more tokens a letter are not counted too low.</summary>
    public static long Likely(string text) => OfBytes(Encoding.UTF8.GetByteCount(text));

    public static long OfBytes(long bytes) => (bytes + 3) / 4;

    public static long Worst(string text) => (Encoding.UTF8.GetByteCount(text) + 1) / 2;
}
