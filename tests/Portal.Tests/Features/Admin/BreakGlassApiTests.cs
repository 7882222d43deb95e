using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Features.Admin;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class BreakGlassApiTests : IDisposable
{
    private readonly AdminRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Addresses_ThatHandSomethingOut_AreShutToAVisit()
    {
        var ct = TestContext.Current.CancellationToken;
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();
        var admin = _rig.Seat.User;
        await using var app = await StartAsync();
        using var client = app.GetTestClient();
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(admin));

        await pat.GetRequiredService<PlatformWork>().ActAsync(
            tenant, s => s.GetRequiredService<BreakGlassService>().BeginAsync(new BreakGlassRequest("olivia@example.com", "Request 4711: a page stays empty.", admin.SessionId()), ct), ct);

        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(admin));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(olivia));

        async Task<HttpStatusCode> GetAsync(ClaimsPrincipal person)
        {
            _rig.Seat.User = person;
            using var answer = await client.GetAsync("/o/northwind/api/rows.csv", ct);
            Assert.Equal(answer.IsSuccessStatusCode, (await answer.Content.ReadAsStringAsync(ct)).Contains("the customer's rows", StringComparison.Ordinal));
            return answer.StatusCode;
        }
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        _rig.AddTo(builder.Services);
        builder.Services.AddAuthentication("seat").AddScheme<AuthenticationSchemeOptions, Seated>("seat", null);
        builder.Services.AddAuthorization().AddSingleton(_rig.Seat);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapOrganization().MapGet("/rows.csv", () => Results.Text("the customer's rows"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private sealed class Seated(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AdminRig.SeatedPerson seat)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(seat.User, "seat")));
    }
}
