using System.Text;

namespace Portal.Features.Tenancy;

/// <summary>What makes two ways of writing an e-mail address the same one.</summary>
internal static class EmailKey
{
    /// <summary>Longer than any address can be: what is longer is not even looked at.</summary>
    private const int TypedLength = 400;

    /// <summary>The address in plain letters and lower case; empty when it is none.</summary>
    public static string Of(string? text)
    {
        if (text is null or { Length: > TypedLength })
        {
            return "";
        }

        try
        {
            // Compatibility forms first: full-width letters and ligatures are the letters they stand for.
            return PersonClaims.CleanEmail(text.Trim().Normalize(NormalizationForm.FormKC)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair is no text.
            return "";
        }
    }
}
