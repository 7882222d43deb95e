using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>Each answer is wrong in one thing; none begins a session, and each ends in a page that says why.</summary>
public sealed class ForgedCallbackTests
{
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private static readonly Dictionary<string, (Action<ForgingAuthority> Bend, string Why)> s_forgeries = new()
    {
        ["state missing"] = (a => a.Return = u => Without(u, "state"), "Expired"),
        ["state unreadable"] = (a => a.Return = u => With(u, "state", "x"), "Expired"),
        ["state of 6 kB"] = (a => a.Return = u => With(u, "state", new string('a', 6_000)), "Expired"),
        ["code missing"] = (a => a.Return = u => Without(u, "code"), "Untrusted"),
        ["code invented"] = (a => a.Return = u => With(u, "code", "invented"), "Expired"),
        ["iss missing though promised"] = (a => a.Return = u => Without(u, "iss"), "Untrusted"),
        ["iss of another"] = (a => a.Return = u => With(u, "iss", "https://other.example"), "Untrusted"),
        ["iss with a slash"] = (a => a.Return = u => With(u, "iss", a.Issuer + "/"), "Untrusted"),
        ["denied"] = (a => a.Return = u => With(Without(u, "code"), "error", "access_denied") + "&error_description=%3Cscript%3E", "Cancelled"),
        ["provider's error"] = (a => a.Return = u => With(Without(u, "code"), "error", "server_error"), "ProviderDown"),
        ["id token in the address"] = (a => a.Return = u => u + "&id_token=abc", "Unknown"),
        ["token: iss of another"] = (a => a.Claims = c => c["iss"] = "https://other.example", "Untrusted"),
        ["token: iss with a slash"] = (a => a.Claims = c => c["iss"] = a.Issuer + "/", "Untrusted"),
        ["token: iss a template"] = (a => a.Claims = c => c["iss"] = "https://login.example/{tenantid}/v2.0", "Untrusted"),
        ["token: iss missing"] = (a => a.Claims = c => c.Remove("iss"), "Untrusted"),
        ["token: aud of another"] = (a => a.Claims = c => c["aud"] = "other", "Untrusted"),
        ["token: aud of two, azp missing"] = (a => a.Claims = c => c["aud"] = new[] { ForgingAuthority.ClientId, "other" }, "Untrusted"),
        ["token: aud of two, azp of another"] = (a => a.Claims = c => (c["aud"], c["azp"]) = (new[] { ForgingAuthority.ClientId, "other" }, "other"), "Untrusted"),
        ["token: azp of another"] = (a => a.Claims = c => c["azp"] = "other", "Untrusted"),
        ["token: nonce missing"] = (a => a.Claims = c => c.Remove("nonce"), "Expired"),
        ["token: nonce of another"] = (a => a.Claims = c => c["nonce"] = "other", "Expired"),
        ["token: expired six minutes ago"] = (a => a.Claims = c => (c["iat"], c["nbf"], c["exp"]) = (Now - 900, Now - 900, Now - 360), "Clock"),
        ["token: valid in six minutes"] = (a => a.Claims = c => (c["nbf"], c["exp"]) = (Now + 360, Now + 900), "Clock"),
        ["token: exp missing"] = (a => a.Claims = c => c.Remove("exp"), "Clock"),
        ["token: alg none"] = (a => { a.Header = h => h["alg"] = "none"; a.Signature = Unsigned; }, "Untrusted"),
        ["token: signature cut off"] = (a => a.Signature = Unsigned, "Untrusted"),
        ["token: HS256 with the public key"] = (a => { a.Header = h => h["alg"] = "HS256"; a.Signature = (h, p) => Hmac(h, p, a.Key.ExportSubjectPublicKeyInfo()); }, "Untrusted"),
        ["token: HS256 with the client's secret"] = (a => { a.Header = h => h["alg"] = "HS256"; a.Signature = (h, p) => Hmac(h, p, Encoding.UTF8.GetBytes(ForgingAuthority.ClientSecret + new string('.', 32))); }, "Untrusted"),
        ["token: signed by a stranger"] = (a => a.Signature = Stranger, "Untrusted"),
        ["token: unknown kid"] = (a => { a.Header = h => h["kid"] = "nobody"; a.Signature = Stranger; }, "Untrusted"),
        ["token: key in its own header"] = (a => { a.Header = h => (h["jku"], h["x5u"], h["jwk"], h["kid"]) = ("https://evil.example/keys", "https://evil.example/c", new { kty = "RSA" }, "evil"); a.Signature = Stranger; }, "Untrusted"),
        ["token: an access token"] = (a => a.Header = h => h["typ"] = "at+jwt", "Untrusted"),
        ["token: not a token"] = (a => a.Signature = (_, _) => "not.a.token", "Untrusted"),
        ["token: sub missing"] = (a => a.Claims = c => c.Remove("sub"), "NoSubject"),
        ["token: sub with a blank behind"] = (a => a.Claims = c => c["sub"] = "sub-1 ", "NoSubject"),
        ["token: sub of 300"] = (a => a.Claims = c => c["sub"] = new string('s', 300), "NoSubject"),
        ["userinfo of another"] = (a => a.UserInfo = new() { ["sub"] = "sub-2" }, "Untrusted"),
        ["metadata: issuer of another"] = (a => a.Metadata = m => { m["issuer"] = "https://other.example"; return m; }, "Misconfigured"),
        ["metadata: issuer with a slash"] = (a => a.Metadata = m => { m["issuer"] = a.Issuer + "/"; return m; }, "Misconfigured"),
        ["token endpoint: client refused"] = (a => a.TokenFault = Answer(401, "{\"error\":\"invalid_client\"}"), "Misconfigured"),
        ["token endpoint: 500"] = (a => a.TokenFault = Answer(500, "<h1>broken</h1>"), "ProviderDown"),
        ["token endpoint: wrong JSON"] = (a => a.TokenFault = Answer(200, "{\"id_token\":"), "ProviderDown"),
        ["down"] = (a => a.IsDown = true, "ProviderDown"),
    };

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Callback_Forged_BeginsNoSessionAndSaysWhy(string name)
    {
        var (bend, why) = s_forgeries[name];
        await using var rig = await SignInRig.StartAsync();
        bend(rig.Authority);
        using var browser = rig.Open();

        var (address, worst) = await browser.SignInAsync();

        Assert.True(worst < 500, $"{worst} on the way to {address}");
        Assert.Contains($"/sign-in/problem?why={why}", address, StringComparison.Ordinal);
        Assert.Null((await browser.WhoamiAsync()).UserId);
        Assert.Equal(0, await rig.InDatabaseAsync(db => db.SignInSessions.CountAsync()));
    }

    [Fact]
    public async Task Callback_RightInAll_BeginsASession()
    {
        await using var rig = await SignInRig.StartAsync();
        rig.Authority.Claims = c => (c["aud"], c["azp"]) = (new[] { ForgingAuthority.ClientId, "other" }, ForgingAuthority.ClientId);
        using var browser = rig.Open();

        var (address, _) = await browser.SignInAsync("/sign-in/start?returnUrl=%2Fo%2Facme");

        Assert.EndsWith("/o/acme", address, StringComparison.Ordinal);
        Assert.Equal("Alex Example", (await browser.WhoamiAsync()).Name);
    }

    [Fact]
    public async Task Callback_InAnotherBrowserOrASecondTime_IsRefused()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        using var other = rig.Open();
        var callback = "";
        await browser.SignInAsync(see: a => callback = a.Headers.Location?.ToString() is { } next && next.Contains("/signin-oidc", StringComparison.Ordinal) ? next : callback);
        Assert.NotEqual("", callback);

        var (elsewhere, _) = await other.SignInAsync(callback);
        var (again, _) = await browser.SignInAsync(callback);

        Assert.Contains("why=Expired", elsewhere, StringComparison.Ordinal);
        Assert.Contains("why=Expired", again, StringComparison.Ordinal);
        Assert.Null((await other.WhoamiAsync()).UserId);
        Assert.Equal(1, rig.Authority.TokenCalls);
    }

    [Fact]
    public async Task Callback_WhileKeysRotate_SignsIn()
    {
        await using var rig = await SignInRig.StartAsync();
        using var first = rig.Open();
        await first.SignInAsync();
        using var browser = rig.Open();
        rig.Authority.Return = back =>
        {
            rig.Authority.RotateKeys();
            return back;
        };

        await browser.SignInAsync();

        Assert.NotNull((await browser.WhoamiAsync()).UserId);
    }

    private static string Unsigned(Dictionary<string, object> header, Dictionary<string, object> payload) => $"{ForgingAuthority.Part(header)}.{ForgingAuthority.Part(payload)}.";

    private static string Hmac(Dictionary<string, object> header, Dictionary<string, object> payload, byte[] key)
    {
        var text = ForgingAuthority.Part(header) + "." + ForgingAuthority.Part(payload);
        return text + "." + Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));
    }

    private static string Stranger(Dictionary<string, object> header, Dictionary<string, object> payload)
    {
        using var key = RSA.Create(2048);
        var text = ForgingAuthority.Part(header) + "." + ForgingAuthority.Part(payload);
        return text + "." + Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Answer(int status, string body) => async http =>
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, "application/json");
        await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, body);
        return true;
    };

    private static string Without(string address, string name) => string.Join('&', address.Split('&').Select((p, i) => i is 0 ? p.StartsWith("http", StringComparison.Ordinal) && p.Contains($"?{name}=", StringComparison.Ordinal) ? p[..(p.IndexOf('?', StringComparison.Ordinal) + 1)] : p : p).Where((p, i) => i is 0 || !p.StartsWith(name + "=", StringComparison.Ordinal)));

    private static string With(string address, string name, string value) => $"{Without(address, name)}&{name}={Uri.EscapeDataString(value)}";
}
