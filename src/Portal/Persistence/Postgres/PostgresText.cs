using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence.Postgres;

/// <summary>
/// PostgreSQL's texts hold no null character and no half of a letter, so that a query which asks for one matches nothing. It would fail
/// instead, and an id that somebody made up would be told from one that is not there. What is written is left alone: it is refused.
/// </summary>
internal sealed class PostgresText : DbCommandInterceptor
{
    public static readonly PostgresText Instance = new();

    private const char Stand = '\uFFFD';

    private PostgresText()
    {
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Clean(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return ValueTask.FromResult(result);
    }

    private static void Clean(DbCommand command)
    {
        if (!command.CommandText.StartsWith("SELECT", StringComparison.Ordinal))
        {
            return;
        }

        foreach (DbParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.Value switch
            {
                string text when !IsStorable(text) => Storable(text),
                IEnumerable<string?> texts when texts.Any(t => t is not null && !IsStorable(t)) => texts.Select(t => t is null ? null : Storable(t)).ToArray(),
                var other => other,
            };
        }
    }

    private static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal) && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    /// <summary>Letters of two halves stay, and each half alone becomes what stands for what cannot be read.</summary>
    private static string Storable(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)).Replace('\0', Stand);
}
