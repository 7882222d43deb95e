using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Sandbox.Vertex;

/// <summary>Google names projects by number in replies; here the number follows from the id, so that both lead to the same resources.</summary>
internal static class ProjectNumber
{
    public static string Of(string project)
    {
        if (project.All(char.IsAsciiDigit))
        {
            return project;
        }

        var hash = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(project)));
        return (100_000_000_000 + (hash % 900_000_000_000)).ToString(CultureInfo.InvariantCulture);
    }
}
