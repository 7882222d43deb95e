using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexTokenTests
{
    private const string Model = "projects/1/locations/us/models/2";

    [Fact]
    public async Task Token_Refused_IsRenewedOnceAndTheBodyIsSentAgain()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.Unauthorized).Answer("""{"name":"n"}""");
        using var rig = new VertexRig(google);

        var job = await rig.Client(tokens: new CountingCredential()).CreateTuningJobAsync(new VertexTuningJob { BaseModel = "m" }, default);

        Assert.Equal("n", job.Name);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], google.Calls.Select(call => call.Headers["Authorization"]));
        Assert.All(google.Calls, call => Assert.Equal("""{"baseModel":"m"}""", call.Body));
    }

    [Fact]
    public async Task Token_RefusedTwice_IsAFailure()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.Unauthorized).Answer(HttpStatusCode.Unauthorized).Answer("{}");
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client(tokens: new CountingCredential()).GetModelAsync(Model, default));

        Assert.Equal((401, VertexErrorStatus.Unauthenticated, 2), (exception.HttpStatus, exception.Status, google.Calls.Count));
    }

    [Fact]
    public async Task Token_Fixed_IsNotTriedAgain()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.Unauthorized).Answer("{}");
        using var rig = new VertexRig(google);

        await Assert.ThrowsAsync<VertexException>(() => rig.Client(tokens: GoogleCredential.FromAccessToken("fixed")).GetModelAsync(Model, default));

        Assert.Equal("Bearer fixed", Assert.Single(google.Calls).Headers["Authorization"]);
    }

    [Fact]
    public async Task Token_NotIssued_IsAFailureOfItsOwnAndNothingIsSent()
    {
        var google = new FakeGoogle();
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client(tokens: new RefusedCredential()).GetModelAsync(Model, default));

        Assert.Equal((400, VertexErrorStatus.Unauthenticated, "invalid_grant"), (exception.HttpStatus, exception.Status, exception.Reason));
        Assert.Contains("Account was deleted", exception.Message, StringComparison.Ordinal);
        Assert.Empty(google.Calls);
    }

    private sealed class CountingCredential() : ServiceCredential(new Initializer("http://127.0.0.1:1/token"))
    {
        private int _issued;

        public override Task<bool> RequestAccessTokenAsync(CancellationToken taskCancellationToken)
        {
            Token = new TokenResponse { AccessToken = $"token-{++_issued}", ExpiresInSeconds = 3600, IssuedUtc = TimeProvider.System.GetUtcNow().UtcDateTime };
            return Task.FromResult(true);
        }
    }

    private sealed class RefusedCredential : ITokenAccess
    {
        public Task<string> GetAccessTokenForRequestAsync(string? authUri = null, CancellationToken cancellationToken = default) =>
            throw new TokenResponseException(
                new TokenErrorResponse { Error = "invalid_grant", ErrorDescription = "Account was deleted" }, HttpStatusCode.BadRequest);
    }
}
