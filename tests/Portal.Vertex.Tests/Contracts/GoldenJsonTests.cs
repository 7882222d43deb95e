using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Contracts;

/// <summary>Each file of Golden/ is named after the contract it holds and is written the way Google writes it.</summary>
public sealed class GoldenJsonTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void GoldenFile_ReadAndWritten_IsUnchanged(string contract)
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", contract + ".json"));
        var type = typeof(VertexJson).Assembly.GetType($"{typeof(VertexJson).Namespace}.{contract}", throwOnError: true)!;

        var written = JsonSerializer.Serialize(JsonSerializer.Deserialize(golden, type, VertexJson.Options), type, VertexJson.Options);

        AssertSame(golden, written);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void GoldenFile_InSnakeCase_ReadsTheSame(string contract)
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", contract + ".json"));
        var type = typeof(VertexJson).Assembly.GetType($"{typeof(VertexJson).Namespace}.{contract}", throwOnError: true)!;
        var snake = JsonSerializer.Serialize(JsonSerializer.Deserialize(golden, type, VertexJson.Options), type, SnakeCaseWriter.Options);

        var written = JsonSerializer.Serialize(JsonSerializer.Deserialize(snake, type, VertexJson.Options), type, VertexJson.Options);

        AssertSame(golden, written);
    }

    private static void AssertSame(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"Expected: {expected}\nActual: {actual}");
}
