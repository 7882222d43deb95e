using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Tests.Features.Tenancy;

/// <summary>A small real OpenID Connect provider on a port, whose every answer a test can bend.</summary>
internal sealed class ForgingAuthority : IAsyncDisposable
{
    public const string ClientId = "portal-under-test";
    public const string ClientSecret = "secret-under-test";

    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _codes = new();
    private readonly WebApplication _app;

    private ForgingAuthority(WebApplication app) => _app = app;

    public string Issuer => _app.Urls.First();

    public RSA Key { get; private set; } = RSA.Create(2048);

    public string KeyId { get; private set; } = "key-1";

    public Func<Dictionary<string, object>, Dictionary<string, object>>? Metadata { get; set; }

    /// <summary>Bends the claims of the next id tokens.</summary>
    public Action<Dictionary<string, object>>? Claims { get; set; }

    /// <summary>Bends the header of the next id tokens.</summary>
    public Action<Dictionary<string, object>>? Header { get; set; }

    /// <summary>Writes the whole token of header and payload; the default signs with <see cref="Key"/>.</summary>
    public Func<Dictionary<string, object>, Dictionary<string, object>, string>? Signature { get; set; }

    /// <summary>Bends the address the browser is sent back to.</summary>
    public Func<string, string>? Return { get; set; }

    public Func<HttpContext, Task<bool>>? TokenFault { get; set; }

    public Dictionary<string, object>? UserInfo { get; set; }

    public bool IsDown { get; set; }

    /// <summary>How a client must send its secret: in Basic's header, in the form, or either.</summary>
    public string AuthMethod { get; set; } = "";

    /// <summary>What the last sign-in was asked with.</summary>
    public IReadOnlyDictionary<string, string> LastAsked { get; private set; } = new Dictionary<string, string>();

    public int TokenCalls { get; private set; }

    public string LastSignOut { get; private set; } = "";

    public static async Task<ForgingAuthority> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(SignInRig.NoWatching());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var authority = new ForgingAuthority(app);
        app.Use((http, next) => authority.IsDown ? Down(http) : next(http));
        app.MapGet("/.well-known/openid-configuration", (Func<IResult>)authority.Describe);
        app.MapGet("/keys", (Func<IResult>)authority.Keys);
        app.MapGet("/authorize", (Func<HttpContext, IResult>)authority.Authorize);
        app.MapPost("/token", (Func<HttpContext, Task<IResult>>)authority.TokenAsync);
        app.MapGet("/userinfo", () => Results.Json(authority.UserInfo ?? new() { ["sub"] = "sub-1" }));
        app.MapGet("/signout", (HttpContext http) =>
        {
            authority.LastSignOut = http.Request.QueryString.Value ?? "";
            return Results.Redirect($"{http.Request.Query["post_logout_redirect_uri"]}?state={Uri.EscapeDataString(http.Request.Query["state"].ToString())}");
        });
        await app.StartAsync();
        return authority;
    }

    public void RotateKeys() => (Key, KeyId) = (RSA.Create(2048), "key-" + Guid.NewGuid().ToString("N")[..6]);

    public string Sign(Dictionary<string, object> header, Dictionary<string, object> payload)
    {
        var text = Part(header) + "." + Part(payload);
        return text + "." + Base64UrlEncoder.Encode(Key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public string LogoutToken(Action<Dictionary<string, object>>? bend = null, Action<Dictionary<string, object>>? bendHeader = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var header = new Dictionary<string, object> { ["alg"] = "RS256", ["kid"] = KeyId, ["typ"] = "logout+jwt" };
        var payload = new Dictionary<string, object>
        {
            ["iss"] = Issuer, ["aud"] = ClientId, ["sub"] = "sub-1", ["sid"] = "sid-1", ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.ToUnixTimeSeconds() + 120,
            ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>() },
        };
        bend?.Invoke(payload);
        bendHeader?.Invoke(header);
        return Sign(header, payload);
    }

    public static string Part(Dictionary<string, object> part) => Base64UrlEncoder.Encode(JsonSerializer.Serialize(part));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task Down(HttpContext http)
    {
        http.Response.StatusCode = 500;
        return http.Response.WriteAsync("broken");
    }

    private IResult Describe()
    {
        var metadata = new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["userinfo_endpoint"] = Issuer + "/userinfo",
            ["end_session_endpoint"] = Issuer + "/signout",
            ["authorization_response_iss_parameter_supported"] = true,
        };
        return Results.Json(Metadata?.Invoke(metadata) ?? metadata);
    }

    private bool IsClient(HttpRequest request, IFormCollection form)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{ClientSecret}"));
        return (AuthMethod is not "client_secret_post" && request.Headers.Authorization == expected && !form.ContainsKey("client_secret"))
            || (AuthMethod is not "client_secret_basic" && request.Headers.Authorization.Count is 0 && form["client_id"] == ClientId && form["client_secret"] == ClientSecret);
    }

    private IResult Keys()
    {
        var parameters = Key.ExportParameters(false);
        return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = KeyId, alg = "RS256", n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) } } });
    }

    private IResult Authorize(HttpContext http)
    {
        var query = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = query;
        LastAsked = query;
        var back = $"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"])}&iss={Uri.EscapeDataString(Issuer)}";
        return Results.Redirect(Return?.Invoke(back) ?? back);
    }

    private async Task<IResult> TokenAsync(HttpContext http)
    {
        TokenCalls++;
        if (TokenFault is not null && await TokenFault(http))
        {
            return Results.Empty;
        }

        var form = await http.Request.ReadFormAsync();
        if (!IsClient(http.Request, form))
        {
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        }

        var verifier = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || asked["code_challenge"] != verifier || form["redirect_uri"] != asked["redirect_uri"])
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var payload = new Dictionary<string, object>
        {
            ["iss"] = Issuer, ["sub"] = "sub-1", ["aud"] = ClientId, ["iat"] = now, ["nbf"] = now, ["exp"] = now + 300, ["nonce"] = asked["nonce"],
            ["name"] = "Alex Example", ["email"] = "alex@acme.example", ["email_verified"] = true, ["sid"] = "sid-1",
        };
        Claims?.Invoke(payload);
        var header = new Dictionary<string, object> { ["alg"] = "RS256", ["kid"] = KeyId, ["typ"] = "JWT" };
        Header?.Invoke(header);
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", expires_in = 300, id_token = (Signature ?? Sign)(header, payload) });
    }
}
