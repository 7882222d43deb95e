using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Transport;

/// <summary>Access tokens of one credential; they are cached and renewed by Google's library.</summary>
internal sealed class VertexTokens
{
    private const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

    private readonly ITokenAccess? _source;

    public VertexTokens(ITokenAccess? source) =>
        _source = source is GoogleCredential { IsCreateScopedRequired: true } credential ? credential.CreateScoped(CloudPlatform) : source;

    /// <summary>Null when there is no credential.</summary>
    public async Task<string?> GetAsync(Uri address, CancellationToken cancellationToken) => _source is null
        ? null
        : await GuardAsync(
            () => _source.GetAccessTokenForRequestAsync(address.GetLeftPart(UriPartial.Authority) + "/", cancellationToken),
            cancellationToken);

    /// <summary>A token other than the refused one, or null when there is none to be had.</summary>
    public async Task<string?> RenewAsync(string? refused, Uri address, CancellationToken cancellationToken)
    {
        var credential = _source is GoogleCredential google ? google.UnderlyingCredential : _source;
        if (credential is ServiceCredential service && service.Token?.AccessToken == refused)
        {
            await GuardAsync(() => service.RequestAccessTokenAsync(cancellationToken), cancellationToken);
        }
        else if (credential is UserCredential user && user.Token?.AccessToken == refused)
        {
            await GuardAsync(() => user.RefreshTokenAsync(cancellationToken), cancellationToken);
        }

        var token = await GetAsync(address, cancellationToken);
        return token == refused ? null : token;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (TokenResponseException exception)
        {
            var status = (int?)exception.StatusCode ?? 401;
            throw new VertexException(
                status,
                status >= 500 ? VertexErrorStatus.Unavailable : VertexErrorStatus.Unauthenticated,
                $"Google issued no access token: {exception.Error?.ErrorDescription ?? exception.Error?.Error ?? exception.Message}",
                exception)
            {
                Reason = exception.Error?.Error ?? "",
                IsTransient = status is 408 or 429 or >= 500,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw VertexErrorReader.FromTransport(exception, VertexCallKind.Safe);
        }
    }
}
