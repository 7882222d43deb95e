using System.Net;
using System.Net.Sockets;

namespace Portal.Hosting;

/// <summary>
/// Calls to addresses that a customer named. The name is resolved once, every address it leads to is looked at, and the
/// connection goes to one of those: a name that changes its mind in between gains nothing. No redirects, no proxy.
/// </summary>
public sealed class OutsideHttp : IDisposable
{
    private readonly SocketsHttpHandler _public = Handler(allowLoopback: false);
    private readonly SocketsHttpHandler _withLoopback = Handler(allowLoopback: true);

    public HttpMessageHandler Network(bool allowLoopback) => allowLoopback ? _withLoopback : _public;

    public HttpClient Client(bool allowLoopback) =>
        new(Network(allowLoopback), disposeHandler: false) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1024 * 1024 };

    public void Dispose()
    {
        _public.Dispose();
        _withLoopback.Dispose();
    }

    /// <summary>
    /// As far as an address itself tells. What a public name leads inside with is seen when it is called.
    /// </summary>
    public static bool LeadsOutside(Uri uri) => uri.HostNameType switch
    {
        UriHostNameType.Dns => !uri.IsLoopback && uri.IdnHost.Contains('.', StringComparison.Ordinal) && !uri.IdnHost.EndsWith('.')
            && !s_inside.Any(end => uri.IdnHost.EndsWith(end, StringComparison.OrdinalIgnoreCase)),
        UriHostNameType.IPv4 or UriHostNameType.IPv6 => IPAddress.TryParse(uri.IdnHost, out var address) && IsPublic(address),
        _ => false,
    };

    /// <summary>An address of the open internet: not this machine, not a private or special network, in no disguise.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !s_private.Any(n => n.Contains(address)),
            // Global unicast only, without the ranges that carry an IPv4 address inside or are for documents.
            AddressFamily.InterNetworkV6 => s_global.Contains(address) && !s_disguised.Any(n => n.Contains(address)),
            _ => false,
        };
    }

    // Names that no public name server answers for.
    private static readonly string[] s_inside = [".localhost", ".local", ".internal", ".home.arpa", ".localdomain"];

    private static readonly IPNetwork[] s_private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] s_disguised = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(n => IPNetwork.Parse(n))];

    private static SocketsHttpHandler Handler(bool allowLoopback) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = async (context, ct) =>
        {
            var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
            if (addresses.Length is 0 || addresses.Any(a => !IsPublic(a) && !(allowLoopback && IPAddress.IsLoopback(a))))
            {
                throw new PrivateNetworkException("The address leads into a private network, which is not called from here.");
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}

/// <summary>A name led into a private network, and nothing was called.</summary>
public sealed class PrivateNetworkException(string message) : HttpRequestException(message);
