using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>Delivers events, signed as Stripe signs them, and again with growing pauses until they are taken or three days are over.</summary>
internal sealed class WebhookSender(StripeDatabase database, TimeProvider time) : IDisposable
{
    private static readonly long[] s_pauses = [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400];

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private sealed record Due(long Seq, string Url, string Secret, string Body, int Attempts, string EventId);

    /// <summary>Nothing leaves while it is held; what happens meanwhile waits in its queue.</summary>
    public bool IsHeld { get; set; }

    public async Task SendDueAsync(CancellationToken ct)
    {
        while (!IsHeld && Next() is { Count: > 0 } due)
        {
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (one, token) => Done(one, await TrySendAsync(one, token)));
        }
    }

    public void Dispose() => _http.Dispose();

    private List<Due> Next()
    {
        List<Due> due = [];
        database.Run(session =>
        {
            foreach (var (seq, endpointId, eventId, attempts) in session.Rows(
                "SELECT seq, endpoint, event, attempts FROM delivery WHERE state = 'pending' AND due <= $now ORDER BY due, seq LIMIT 64",
                row => (row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3)), ("$now", session.Now)))
            {
                var published = session.Find(Kinds.Event, eventId) ?? session.Find(Kinds.ThinEvent, eventId);
                if (session.Find(Kinds.WebhookEndpoint, endpointId) is { } endpoint && published is not null)
                {
                    due.Add(new Due(seq, endpoint.Required("url"), endpoint.Required("_secret"), BodyOf(published, endpoint), attempts, eventId));
                }
                else
                {
                    session.Run("UPDATE delivery SET state = 'dropped' WHERE seq = $seq", ("$seq", seq));
                }
            }
        });
        return due;
    }

    private static string BodyOf(JsonObject published, JsonObject endpoint)
    {
        var shown = published.Shown();
        if (published.Text("object") is Kinds.ThinEvent)
        {
            shown.Remove("pending_webhooks");
            shown.Remove("data"); // A thin event says that something happened; what, is fetched.
        }
        else if (endpoint.Text("api_version") is { } version)
        {
            shown["api_version"] = version;
        }

        return shown.ToJsonString();
    }

    private async Task<int> TrySendAsync(Due due, CancellationToken ct)
    {
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(due.Secret), Encoding.UTF8.GetBytes($"{at}.{due.Body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, due.Url) { Content = new StringContent(due.Body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={at},v1={signature}");
        request.Headers.UserAgent.ParseAdd("Stripe/1.0");
        try
        {
            using var response = await _http.SendAsync(request, ct);
            return (int)response.StatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return 0;
        }
    }

    private void Done(Due due, int status) => database.Run(session =>
    {
        var isTaken = status is >= 200 and < 300;
        var isOver = isTaken || due.Attempts >= s_pauses.Length;
        session.Run("UPDATE delivery SET state = $state, attempts = $attempts, due = $due, status = $status WHERE seq = $seq",
            ("$state", isTaken ? "taken" : isOver ? "given_up" : "pending"), ("$attempts", due.Attempts + 1), ("$due", isOver ? session.Now : session.Now + s_pauses[due.Attempts]),
            ("$status", status), ("$seq", due.Seq));
        if (isTaken && session.Find(Kinds.Event, due.EventId) is { } published && published.Long("pending_webhooks") is > 0 and var waiting)
        {
            published["pending_webhooks"] = waiting - 1;
            session.Save(published);
        }
    });
}
