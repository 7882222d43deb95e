using Google.Apis.Auth.OAuth2;
using Portal.Features.Connect;
using Xunit;

namespace Portal.Tests.Features.Connect;

public sealed class GoogleAccessTests
{
    [Fact]
    public async Task Get_ForEveryCall_IsTheOneThatKeepsTheToken_AndIsLookedForAgainWhileThereIsNone()
    {
        var looks = 0;
        var access = new GoogleAccess(_ => looks++ is 0
            ? Task.FromException<GoogleCredential>(new InvalidOperationException("There are no credentials on this machine."))
            : Task.FromResult(GoogleCredential.FromAccessToken("ya29.token")));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await access.GetAsync(CancellationToken.None));
        var first = await access.GetAsync(CancellationToken.None);
        var second = await access.GetAsync(CancellationToken.None);

        Assert.Same(first, second);
        Assert.Equal(2, looks);
    }
}
