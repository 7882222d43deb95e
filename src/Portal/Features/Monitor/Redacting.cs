using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;

namespace Portal.Features.Monitor;

/// <summary>Redacts texts of calls by a project's own placeholders. Two that number the same new value at once do it one after the other.</summary>
internal static class Redacting
{
    private const int MostAttempts = 5;

    public static readonly IReadOnlySet<PersonalKind> All = Enum.GetValues<PersonalKind>().ToHashSet();

    public static async Task<T> RunAsync<T>(Redactor redactor, string projectId, Func<Redaction, T> redact, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var redaction = await redactor.OpenAsync(projectId, ct);
                var redacted = redact(redaction);
                // What a placeholder stands for is kept before the placeholder is.
                await redactor.SaveAsync(redaction, ct);
                return redacted;
            }
            catch (DbUpdateException) when (attempt < MostAttempts)
            {
                // The other's numbers are there now, and are taken over.
            }
        }
    }
}
