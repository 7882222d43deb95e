namespace Portal.Features.Tenancy;

/// <summary>Where a program puts its key: Google's header, or a bearer token. Two different ones are none.</summary>
internal static class KeyHeader
{
    private const string Bearer = "Bearer ";

    public static string? Of(HttpRequest request) => Of(request, null);

    /// <param name="request">The call.</param>
    /// <param name="inAddress">What stood in the address, for the dialects that allow it: addresses end in logs.</param>
    public static string? Of(HttpRequest request, string? inAddress)
    {
        var bearer = request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
        var own = request.Headers["x-goog-api-key"] is [{ Length: > 0 } only] ? only : null;
        var given = new[] { own, bearer, inAddress }.Where(k => !string.IsNullOrEmpty(k)).Distinct(StringComparer.Ordinal).ToList();
        return given is [var key] ? key : null;
    }
}
