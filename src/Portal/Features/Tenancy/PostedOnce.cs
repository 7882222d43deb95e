using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What a call by a key is answered.</summary>
internal sealed record KeyAnswer(int Status, object Body, string Address = "");

/// <summary>
/// Reads what a program posts, and answers a call that bears an Idempotency-Key once: again within a day, it gets the same answer and nothing
/// is done. A call that was refused leaves nothing behind and may be sent again.
/// </summary>
internal sealed class PostedOnce(IServiceScopeFactory services, CurrentMember current, TimeProvider time)
{
    public const string Header = "Idempotency-Key";

    private const int MostBytes = 1024 * 1024;
    private const int MarkLength = 200;

    private static readonly TimeSpan s_kept = TimeSpan.FromHours(24);

    /// <summary>Longer than any call takes; a mark that is still open after it belongs to a process that died.</summary>
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(10);

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, PropertyNameCaseInsensitive = false,
    };

    /// <summary>A body in JSON; none is an empty one.</summary>
    internal async Task<IResult> AnswerAsync<T>(HttpContext http, Func<T, Task<KeyAnswer>> act)
        where T : class, new()
    {
        var bytes = await ReadAsync(http);
        return await OnceAsync(http, bytes.Span, () => act(Parse<T>(http, bytes)));
    }

    /// <summary>A body that is no JSON, a file's, is known by its name and length.</summary>
    internal Task<IResult> AnswerAsync(HttpContext http, string name, Func<Task<KeyAnswer>> act) =>
        OnceAsync(http, Encoding.UTF8.GetBytes($"{name}\n{http.Request.ContentLength}"), act);

    private Task<IResult> OnceAsync(HttpContext http, ReadOnlySpan<byte> body, Func<Task<KeyAnswer>> act)
    {
        var what = Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n");
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. what, .. body]));
        return http.Request.Headers[Header] switch
        {
            [] => PlainAsync(http, act),
            [{ Length: > 0 and <= MarkLength } mark] when mark.All(c => c is > ' ' and <= '~') => MarkedAsync(http, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mark))), fingerprint, act),
            _ => throw new CallRefusedException(StatusCodes.Status400BadRequest, "badRequest", $"{Header} is one value of 1 to {MarkLength} plain characters without spaces, such as a UUID."),
        };
    }

    private static async Task<IResult> PlainAsync(HttpContext http, Func<Task<KeyAnswer>> act)
    {
        var answer = await act();
        return Write(http, answer.Status, JsonSerializer.Serialize(answer.Body, s_json), answer.Address);
    }

    private async Task<IResult> MarkedAsync(HttpContext http, string mark, string fingerprint, Func<Task<KeyAnswer>> act)
    {
        var ct = http.RequestAborted;
        var claim = await ClaimAsync(mark, fingerprint, ct);
        if (claim.Status is { } status)
        {
            http.Response.Headers["Idempotency-Replayed"] = "true";
            return Write(http, status, claim.Body, claim.Address);
        }

        // From here on the call is done to its end: broken off by a caller who hangs up once it is committed, it would be done twice.
        http.RequestAborted = CancellationToken.None;
        KeyAnswer? answer = null;
        try
        {
            answer = await act();
        }
        finally
        {
            if (answer is null)
            {
                // Whatever went wrong, the next try is a first one.
                await using var whole = services.CreateAsyncScope();
                await using var undo = await OpenAsync(whole, CancellationToken.None);
                await undo.IdempotentAnswers.Where(a => a.Id == claim.Id).ExecuteDeleteAsync(CancellationToken.None);
            }
        }

        var body = JsonSerializer.Serialize(answer.Body, s_json);
        await using var own = services.CreateAsyncScope();
        await using var db = await OpenAsync(own, CancellationToken.None);
        if (await db.IdempotentAnswers.SingleOrDefaultAsync(a => a.Id == claim.Id, CancellationToken.None) is { } row)
        {
            row.Finish(answer.Status, body, answer.Address);
            await db.SaveChangesAsync(CancellationToken.None);
        }

        return Write(http, answer.Status, body, answer.Address);
    }

    private async Task<IdempotentAnswer> ClaimAsync(string mark, string fingerprint, CancellationToken ct)
    {
        var (keyId, now) = (current.UserId, time.GetUtcNow().UtcDateTime);
        var before = now - s_kept;
        await using var own = services.CreateAsyncScope();
        await using var db = await OpenAsync(own, ct);
        await db.IdempotentAnswers.Where(a => a.ApiKeyId == keyId && a.StartedAt < before).ExecuteDeleteAsync(ct);
        var known = await db.IdempotentAnswers.SingleOrDefaultAsync(a => a.ApiKeyId == keyId && a.MarkHash == mark, ct);
        if (known is not null && known.Fingerprint != fingerprint)
        {
            throw new CallRefusedException(StatusCodes.Status422UnprocessableEntity, "idempotencyKeyReused", $"This {Header} was sent with another call. Take a new one for each call.");
        }

        if (known is { Status: not null })
        {
            return known;
        }

        if (known is not null && now - known.StartedAt < s_lease)
        {
            throw UnderWay();
        }

        if (known is null)
        {
            db.IdempotentAnswers.Add(known = new IdempotentAnswer { ApiKeyId = keyId, MarkHash = mark, Fingerprint = fingerprint, StartedAt = now });
        }
        else
        {
            known.StartedAt = now;
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return known;
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            // The same call came twice at once; a database that is away fails here again, and says so.
            await using var again = await OpenAsync(own, ct);
            throw await again.IdempotentAnswers.AnyAsync(a => a.ApiKeyId == keyId && a.MarkHash == mark, ct)
                ? UnderWay() : new InvalidOperationException("A mark could not be taken, and nobody has it.");
        }
    }

    // In a scope of the whole organization, and by the key's own id: an answer leads to its key, which may be of several projects or of all.
    private async Task<PortalDbContext> OpenAsync(AsyncServiceScope own, CancellationToken ct)
    {
        own.ServiceProvider.GetRequiredService<TenantScope>().Enter(current.Membership.TenantId);
        return await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
    }

    private static CallRefusedException UnderWay() => new(StatusCodes.Status409Conflict, "underWay", "The same call is under way. Send it again in a moment for its answer.") { RetryAfter = TimeSpan.FromSeconds(2) };

    private static IResult Write(HttpContext http, int status, string body, string address)
    {
        if (address is not "")
        {
            http.Response.Headers.Location = address;
        }

        return Results.Text(body, "application/json", Encoding.UTF8, status);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
        {
            if (body.Length + read > MostBytes)
            {
                throw new CallRefusedException(StatusCodes.Status413PayloadTooLarge, "tooLarge", "The body is larger than 1 MB, which is the most for this call.");
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static T Parse<T>(HttpContext http, ReadOnlyMemory<byte> bytes)
        where T : class, new()
    {
        if (bytes.IsEmpty)
        {
            return new T();
        }

        if (!http.Request.HasJsonContentType())
        {
            throw new CallRefusedException(StatusCodes.Status415UnsupportedMediaType, "badRequest", "Send the body as application/json, in UTF-8. With curl: --json instead of -d.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, s_json) ?? new T();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            var field = wrong is JsonException { Path: { Length: > 2 } path } ? path[2..] : "";
            throw new CallRefusedException(StatusCodes.Status400BadRequest, "badRequest", field is ""
                ? "The body is not well-formed JSON in UTF-8."
                : $"\"{field}\" is not a field of this call, or its value is of the wrong kind. The reference shows what it takes.", wrong) { More = new Dictionary<string, object?> { ["field"] = field } };
        }
    }
}
