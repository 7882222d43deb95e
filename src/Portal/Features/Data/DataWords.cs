using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>How programs write the names of what has names: as in JSON, with a small first letter.</summary>
internal static class DataWords
{
    private const int LongestWait = 60;

    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    public static T Parse<T>(string field, string? text, T otherwise)
        where T : struct, Enum => ParseOrNull<T>(field, text) ?? otherwise;

    public static T? ParseOrNull<T>(string field, string? text)
        where T : struct, Enum
    {
        if (text is null)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
            {
                return value;
            }
        }

        throw Wrong(field, $"is one of {string.Join(", ", Enum.GetValues<T>().Select(Of))}");
    }

    public static CallRefusedException Wrong(string field, string why) =>
        new(StatusCodes.Status400BadRequest, "badRequest", $"{field} {why}.") { More = new Dictionary<string, object?> { ["field"] = field } };

    /// <summary>Pages count from 1 here, as people do; from 0 inside.</summary>
    public static int Page(string? text) => Number("page", text, 1, 1, 1_000_000) - 1;

    /// <summary>The row behind which a list goes on; null at its beginning.</summary>
    public static int? After(string? text) => text is null ? null : Number("after", text, 0, 0, int.MaxValue);

    public static TimeSpan Wait(string? text) => TimeSpan.FromSeconds(Number("wait", text, 0, 0, LongestWait));

    private static int Number(string field, string? text, int otherwise, int least, int most) => text is null ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Wrong(field, string.Create(CultureInfo.InvariantCulture, $"is a number from {least} to {most:N0}"));
}
