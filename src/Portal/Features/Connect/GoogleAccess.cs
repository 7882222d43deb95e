using Google.Apis.Auth.OAuth2;

namespace Portal.Features.Connect;

/// <summary>
/// The process's own credentials at Google. A credential with a scope keeps its token to itself, so there is one for everybody: made anew
/// for each call, each call would fetch a token first.
/// </summary>
public sealed class GoogleAccess(Func<CancellationToken, Task<GoogleCredential>> find)
{
    private const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

    private ITokenAccess? _scoped;

    public GoogleAccess()
        : this(GoogleCredential.GetApplicationDefaultAsync)
    {
    }

    /// <summary>Credentials that are missing are looked for again at the next call.</summary>
    public async ValueTask<ITokenAccess> GetAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _scoped) is { } there)
        {
            return there;
        }

        var found = (await find(ct)).CreateScoped(CloudPlatform);
        return Interlocked.CompareExchange(ref _scoped, found, null) ?? found;
    }
}
