using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Identity;

/// <summary>The authority's keys, made once and kept, so that tokens outlive a restart.</summary>
internal sealed record IdentityKeys(SecurityKey Signing, SecurityKey Encryption)
{
    public static IdentityKeys LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        var signing = RSA.Create();
        signing.ImportFromPem(ReadOrWrite(Path.Combine(folder, "signing-key.pem"), NewSigningKey));
        var encryption = Convert.FromBase64String(
            ReadOrWrite(Path.Combine(folder, "encryption-key"), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
        return new(new RsaSecurityKey(signing), new SymmetricSecurityKey(encryption));
    }

    private static string NewSigningKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private static string ReadOrWrite(string path, Func<string> create)
    {
        if (!File.Exists(path))
        {
            DurableFile.WriteSecret(path, create());
        }

        return File.ReadAllText(path);
    }
}
