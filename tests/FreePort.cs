using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Portal;

/// <summary>
/// Ports for processes that are started, killed and started again at one address. They lie below those the system hands out by itself:
/// of these any outgoing connection may take one while nobody listens on it.
/// </summary>
internal static class FreePort
{
    public static int Take()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(12_000, 32_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's already.
            }
        }
    }
}
