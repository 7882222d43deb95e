using System.Net;
using System.Net.Sockets;

namespace Portal.Features.Tenancy;

/// <summary>The addresses a key may be used from: single ones, and networks as 203.0.113.0/24 or 2001:db8::/32. None named: from everywhere.</summary>
public static class KeyNetworks
{
    public const int Most = 50;

    private static readonly char[] s_between = [',', ';', ' ', '\t', '\r', '\n'];

    /// <summary>As they are stored: one form for each network, with commas between.</summary>
    public static string Checked(string text)
    {
        var networks = text.Split(s_between, StringSplitOptions.RemoveEmptyEntries).Select(part => Parse(part) ?? throw new PortalException(
            $"\"{(part.Length <= 60 ? part : part[..60])}\" is no address and no network. Write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32, with commas between.")).Distinct().ToList();
        return networks.Count <= Most
            ? string.Join(',', networks)
            : throw new PortalException($"A key takes up to {Most} addresses and networks. Name a larger network instead.");
    }

    public static IReadOnlyList<IPNetwork> Of(string stored) => [.. stored.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPNetwork.Parse)];

    /// <summary>Whether it is one of them, or none are named. An IPv4 address counts as itself, also where a socket for both shows it as IPv6.</summary>
    public static bool Admit(IReadOnlyList<IPNetwork> networks, IPAddress? address) =>
        networks.Count is 0 || (address is not null && networks.Any(n => n.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)));

    private static IPNetwork? Parse(string part)
    {
        var (text, length) = part.Split('/') switch
        {
            [var alone] => (alone, ""),
            [var start, var bits] => (start, bits),
            _ => ("", ""),
        };
        // IPAddress takes "1" and "0x7f.1" for addresses, which nobody means here.
        if (!IPAddress.TryParse(text, out var address) || (address.AddressFamily is AddressFamily.InterNetwork && text.Count(c => c is '.') is not 3) || address.ToString().Contains('%', StringComparison.Ordinal))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var most = address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128;
        if (length is "")
        {
            return new IPNetwork(address, most);
        }

        return int.TryParse(length, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bitsOf) && bitsOf <= most
            ? new IPNetwork(Masked(address, bitsOf), bitsOf)
            : null;
    }

    // 203.0.113.7/24 means the network that the address is in.
    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes);
    }
}
