using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class IdentityTests
{
    private const string Callback = "http://localhost:40123/signin-oidc";
    private const string Verifier = "a-verifier-of-at-least-forty-three-characters-long";

    private static string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    [Fact]
    public async Task Discovery_NamesOwnAddressAndOnlyS256()
    {
        await using var sandbox = await RunningSandbox.StartAsync();

        var discovery = (await sandbox.Http.GetFromJsonAsync<JsonObject>(".well-known/openid-configuration"))!;

        Assert.Equal(sandbox.Address + "/", (string?)discovery["issuer"]);
        Assert.Equal(sandbox.Address + "/connect/logout", (string?)discovery["end_session_endpoint"]);
        Assert.Equal(["S256"], discovery["code_challenge_methods_supported"]!.AsArray().Select(method => (string)method!));
    }

    [Fact]
    public async Task SignIn_PickedPerson_GetsTokensAndClaims()
    {
        await using var sandbox = await RunningSandbox.StartAsync();

        var page = await sandbox.Http.GetStringAsync(AuthorizeUrl());
        Assert.Contains("olivia@acme.example", page, StringComparison.Ordinal);
        Assert.Contains("not for production", page, StringComparison.Ordinal);

        var tokens = await RedeemAsync(sandbox, await PickAsync(sandbox, "olivia-owner"));
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(((string)tokens["id_token"]!).Split('.')[1]))!;
        Assert.Equal("olivia-owner", (string?)claims["sub"]);
        Assert.Equal("Olivia Owner", (string?)claims["name"]);
        Assert.True((bool)claims["email_verified"]!);
        Assert.Equal("n1", (string?)claims["nonce"]);

        var user = await UserInfoAsync(sandbox, tokens);
        Assert.Equal("olivia@acme.example", (string?)user["email"]);
    }

    [Fact]
    public async Task Token_AfterRestart_StillCounts_AndCodeStaysSpent()
    {
        var address = $"http://127.0.0.1:{FreePort.Take()}"; // The issuer is the address, so it must stay.
        await using var sandbox = await RunningSandbox.StartAsync(folder => new() { StateFolder = folder, Url = address });
        var code = await PickAsync(sandbox, "olivia-owner");
        var tokens = await RedeemAsync(sandbox, code);
        var keys = await sandbox.Http.GetStringAsync(".well-known/jwks");

        await sandbox.RestartAsync();

        Assert.Equal(keys, await sandbox.Http.GetStringAsync(".well-known/jwks"));
        Assert.Equal("olivia-owner", (string?)(await UserInfoAsync(sandbox, tokens))["sub"]);
        using var again = await sandbox.Http.PostAsync("connect/token", TokenForm(code));
        Assert.Equal("invalid_grant", await ErrorAsync(again));
    }

    [Theory]
    [InlineData("client_id", "stranger", "client_id")]
    [InlineData("redirect_uri", "http://evil.example/signin-oidc", "redirect_uri")]
    [InlineData("redirect_uri", "http://127.0.0.1:5000/elsewhere", "redirect_uri")]
    public async Task Authorize_ForeignClientOrAddress_IsRefusedOnThePage(string parameter, string value, string named)
    {
        await using var sandbox = await RunningSandbox.StartAsync();

        using var refused = await sandbox.Http.GetAsync(AuthorizeUrl((parameter, value)));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var text = await refused.Content.ReadAsStringAsync();
        Assert.Contains("invalid_request", text, StringComparison.Ordinal);
        Assert.Contains(named, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", "plain")]
    public async Task Authorize_WithoutS256_IsRefused(string parameter, string? value)
    {
        await using var sandbox = await RunningSandbox.StartAsync();

        using var refused = await sandbox.Http.GetAsync(AuthorizeUrl((parameter, value)));

        var text = refused.Headers.Location?.Query ?? await refused.Content.ReadAsStringAsync();
        Assert.Contains("invalid_request", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authorize_PromptNone_SaysLoginRequired()
    {
        await using var sandbox = await RunningSandbox.StartAsync();

        using var refused = await sandbox.Http.GetAsync(AuthorizeUrl(("prompt", "none")));

        Assert.Equal("login_required", QueryHelpers.ParseQuery(refused.Headers.Location!.Query)["error"]);
    }

    [Fact]
    public async Task Token_WrongVerifier_IsRefused()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var code = await PickAsync(sandbox, "ada-admin");

        using var refused = await sandbox.Http.PostAsync("connect/token", TokenForm(code, verifier: new string('x', 50)));

        Assert.Equal("invalid_grant", await ErrorAsync(refused));
    }

    [Fact]
    public async Task SignOut_ReturnsWithState()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var tokens = await RedeemAsync(sandbox, await PickAsync(sandbox, "olivia-owner"));

        using var reply = await sandbox.Http.GetAsync(QueryHelpers.AddQueryString("connect/logout", new Dictionary<string, string?>
        {
            ["id_token_hint"] = (string?)tokens["id_token"],
            ["post_logout_redirect_uri"] = "http://localhost:40123/signout-callback-oidc",
            ["state"] = "s2",
        }));
        using var foreign = await sandbox.Http.GetAsync("connect/logout?post_logout_redirect_uri=http://evil.example/signout-callback-oidc");

        Assert.Equal("http://localhost:40123/signout-callback-oidc?state=s2", reply.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
    }

    private static string AuthorizeUrl(params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = "portal",
            ["response_type"] = "code",
            ["redirect_uri"] = Callback,
            ["scope"] = "openid profile email",
            ["state"] = "s1",
            ["nonce"] = "n1",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            query[name] = value;
        }

        return QueryHelpers.AddQueryString("connect/authorize", query.Where(pair => pair.Value is not null));
    }

    private static async Task<string> PickAsync(RunningSandbox sandbox, string subject)
    {
        var form = QueryHelpers.ParseQuery(new Uri(sandbox.Http.BaseAddress!, AuthorizeUrl()).Query)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        form["sandbox_person"] = subject;
        using var reply = await sandbox.Http.PostAsync("connect/authorize", new FormUrlEncodedContent(form));
        var location = reply.Headers.Location!;
        Assert.StartsWith(Callback, location.ToString(), StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(location.Query);
        Assert.Equal("s1", query["state"]);
        return query["code"]!;
    }

    private static FormUrlEncodedContent TokenForm(string code, string verifier = Verifier) => new(new Dictionary<string, string>
    {
        ["grant_type"] = "authorization_code",
        ["client_id"] = "portal",
        ["client_secret"] = "portal-development-secret",
        ["code"] = code,
        ["redirect_uri"] = Callback,
        ["code_verifier"] = verifier,
    });

    private static async Task<JsonNode> RedeemAsync(RunningSandbox sandbox, string code)
    {
        using var reply = await sandbox.Http.PostAsync("connect/token", TokenForm(code));
        reply.EnsureSuccessStatusCode();
        return (await reply.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task<JsonNode> UserInfoAsync(RunningSandbox sandbox, JsonNode tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "connect/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens["access_token"]!);
        using var reply = await sandbox.Http.SendAsync(request);
        Assert.True(reply.IsSuccessStatusCode, reply.Headers.WwwAuthenticate.ToString());
        return (await reply.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task<string?> ErrorAsync(HttpResponseMessage reply) =>
        (string?)(await reply.Content.ReadFromJsonAsync<JsonNode>())!["error"];
}
