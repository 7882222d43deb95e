using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe;

/// <summary>Stripe's API at Stripe's addresses, answered from practice data. Its own library works against it unmodified.</summary>
internal sealed class StripeApi(StripeDatabase database, SandboxOptions options)
{
    private const int MaximumBody = 1024 * 1024;
    private const long KeptSeconds = 86_400;

    private static readonly StripeRoutes s_routes = Routes();

    private readonly ConcurrentDictionary<string, byte> _reporting = new(StringComparer.Ordinal);

    /// <summary>By its address, or by the key it brings: so that what this sandbox does not have is refused in Stripe's words too.</summary>
    public static bool IsStripe(HttpRequest request)
    {
        var (path, key) = (request.Path.Value ?? "", request.Headers.Authorization.ToString());
        return path.StartsWith("/v2/core/", StringComparison.Ordinal) || (path.StartsWith("/v1/", StringComparison.Ordinal)
            && (s_routes.Knows(path) || key.StartsWith("Bearer sk_", StringComparison.Ordinal) || key.StartsWith("Bearer rk_", StringComparison.Ordinal)));
    }

    public async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        var requestId = StripeIds.Next("req", 14);
        http.Response.Headers["Request-Id"] = requestId;
        http.Response.Headers["Stripe-Version"] = StripeSession.ApiVersion;
        if (request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key && !HttpMethods.IsGet(request.Method))
        {
            http.Response.Headers["Idempotency-Key"] = key;
        }

        try
        {
            CheckKey(request);
            var handler = s_routes.Find(request.Method, request.Path, out var ids)
                ?? throw new StripeRefusal(404, "invalid_request_error", $"Unrecognized request URL ({request.Method}: {request.Path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.");
            var encoded = HttpMethods.IsPost(request.Method) ? await ReadAsync(request) : request.QueryString.Value?.TrimStart('?') ?? "";
            var form = StripeForm.Parse(encoded);
            using var reporting = await ReportAloneAsync(request, form);
            var call = new Asked(handler, ids, form, encoded, $"{request.Scheme}://{request.Host}", requestId);
            var (status, body, isReplay) = Answer(request, call);
            if (isReplay)
            {
                http.Response.Headers["Idempotent-Replayed"] = "true";
            }

            await WriteAsync(http, status, body);
        }
        catch (StripeRefusal refusal) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, refusal.Status, refusal.ToJson(requestId).ToJsonString());
        }
    }

    public static Task RefuseAsync(HttpContext http, StripeRefusal refusal) => WriteAsync(http, refusal.Status, refusal.ToJson().ToJsonString());

    private static StripeRoutes Routes()
    {
        var routes = new StripeRoutes();
        Customers.Map(routes);
        PaymentMethods.Map(routes);
        Prices.Map(routes);
        Meters.Map(routes);
        MeterEvents.Map(routes);
        SubscriptionCalls.Map(routes);
        InvoiceCalls.Map(routes);
        CheckoutCalls.Map(routes);
        Coupons.Map(routes);
        Credits.Map(routes);
        Engine.Taxes.Map(routes);
        EventCalls.Map(routes);
        return routes;
    }

    private static void CheckKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        var key = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim()
            : authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? UserOf(authorization["Basic ".Length..]) : "";
        if (key is "")
        {
            throw new StripeRefusal(401, "invalid_request_error", "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        }

        if (!key.StartsWith("sk_test_", StringComparison.Ordinal) && !key.StartsWith("rk_test_", StringComparison.Ordinal))
        {
            throw new StripeRefusal(401, "invalid_request_error", $"Invalid API Key provided: {key[..Math.Min(8, key.Length)]}****. The sandbox takes keys that begin with sk_test_ or rk_test_.");
        }
    }

    private static string UserOf(string basic)
    {
        var buffer = new byte[basic.Length];
        return Convert.TryFromBase64String(basic, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length).Split(':')[0] : "";
    }

    private static async Task<string> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = new char[MaximumBody];
        var length = await reader.ReadBlockAsync(body, request.HttpContext.RequestAborted);
        return length < MaximumBody ? new string(body, 0, length) : throw StripeRefusal.Invalid("Request body is too large.");
    }

    private async Task<IDisposable?> ReportAloneAsync(HttpRequest request, JsonObject form)
    {
        if (MeterEvents.LockOf(request.Method, request.Path, form) is not { } held)
        {
            return null;
        }

        if (!_reporting.TryAdd(held, 0))
        {
            throw new StripeRefusal(429, "invalid_request_error", "You can only have one concurrent call per customer per meter. Please wait for the other request to finish.", "lock_timeout");
        }

        if (options.MeterEventMilliseconds > 0)
        {
            await Task.Delay(options.MeterEventMilliseconds);
        }

        return new Held(() => _reporting.TryRemove(held, out _));
    }

    private sealed record Asked(StripeHandler Handler, IReadOnlyList<string> Ids, JsonObject Form, string Encoded, string Address, string RequestId);

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private (int Status, string Body, bool IsReplay) Answer(HttpRequest request, Asked asked)
    {
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 255)
        {
            throw StripeRefusal.Invalid("Idempotency keys must be at most 255 characters long.", code: "idempotency_key_in_use");
        }

        if (HttpMethods.IsGet(request.Method) || key is "")
        {
            return database.Run(session => Work(session, asked, request.Path, null));
        }

        var fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n{asked.Encoded}")));
        try
        {
            return database.Run(session =>
            {
                if (Kept(session, key, fingerprint) is { } kept)
                {
                    return kept;
                }

                var (status, body, _) = Work(session, asked, request.Path, key);
                Keep(session, key, fingerprint, status, body);
                return (status, body, false);
            });
        }
        catch (StripeRefusal refusal) when (refusal.IsKept && refusal.Message is not IdempotencyMessage)
        {
            // What it did is undone; that it was refused is kept.
            database.Run(session => Keep(session, key, fingerprint, refusal.Status, refusal.ToJson(asked.RequestId).ToJsonString()));
            throw;
        }
    }

    private const string IdempotencyMessage = "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than the one you sent if you meant to execute a different request.";

    private static (int Status, string Body, bool IsReplay)? Kept(StripeSession session, string key, string fingerprint)
    {
        var found = session.Rows(
            "SELECT fingerprint, status, body FROM kept WHERE key = $key AND created > $since", row => (Fingerprint: row.GetString(0), Status: row.GetInt32(1), Body: row.GetString(2)),
            ("$key", key), ("$since", session.Now - KeptSeconds));
        return found.Count is 0 ? null
            : found[0].Fingerprint == fingerprint ? (found[0].Status, found[0].Body, true)
            : throw new StripeRefusal(400, "idempotency_error", IdempotencyMessage);
    }

    private static int Keep(StripeSession session, string key, string fingerprint, int status, string body) => session.Run(
        "INSERT INTO kept (key, fingerprint, status, body, created) VALUES ($key, $fingerprint, $status, $body, $now) ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, created = excluded.created",
        ("$key", key), ("$fingerprint", fingerprint), ("$status", status), ("$body", body), ("$now", session.Now));

    private static (int Status, string Body, bool IsReplay) Work(StripeSession session, Asked asked, string path, string? key)
    {
        (session.RequestId, session.IdempotencyKey) = (asked.RequestId, key);
        var call = new StripeCall(session, asked.Form, asked.Ids, asked.Address, path);
        var (status, body) = StripeRoutes.Open(asked.Handler(call));
        if (status is StatusCodes.Status200OK)
        {
            StripeExpand.Expand(session, body, call.Texts("expand"));
        }

        return (status, body.ToJsonString(), false);
    }

    private static Task WriteAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.ContentLength = Encoding.UTF8.GetByteCount(body);
        if (status is 429)
        {
            http.Response.Headers["Stripe-Should-Retry"] = "true";
        }

        return http.Response.WriteAsync(body);
    }
}

internal static class StripeMiddleware
{
    public static void AddStripe(this IServiceCollection services, string folder)
    {
        services.AddSingleton(provider => new StripeDatabase(folder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StripeApi>().AddSingleton<Engine.WebhookSender>().AddHostedService<Engine.StripeTicker>();
    }

    public static void UseStripe(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (CallKinds.Of(http) is not CallKind.Stripe)
        {
            await next(http);
            return;
        }

        await http.RequestServices.GetRequiredService<StripeApi>().AnswerAsync(http);
    });
}
