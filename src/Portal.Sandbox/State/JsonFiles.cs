using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.State;

/// <summary>Records of one kind, one file each, named by a hash of the key so that no name can lead out of the folder.</summary>
internal sealed class JsonFiles<T>(string folder)
    where T : class
{
    private static readonly JsonSerializerOptions s_options = new(VertexJson.Options)
    {
        // What is kept is kept whole: a default left out on the wire would come back as something else from a file.
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly string _folder = Directory.CreateDirectory(folder).FullName;

    public static string FileName(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 20));

    public void Save(string key, T value) => DurableFile.Write(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(value, s_options));

    public void Delete(string key) => File.Delete(PathOf(key));

    public IEnumerable<T> LoadAll()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "*.json"))
        {
            yield return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), s_options)
                ?? throw new InvalidDataException($"{path} holds no record.");
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, FileName(key) + ".json");
}
