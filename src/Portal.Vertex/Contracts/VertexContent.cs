namespace Portal.Vertex.Contracts;

/// <summary>One turn. Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.Content.</summary>
public sealed record VertexContent
{
    public const string UserRole = "user";
    public const string ModelRole = "model";

    /// <summary><c>user</c> or <c>model</c>; ignored in a system instruction.</summary>
    public string Role { get; init; } = "";

    public IReadOnlyList<VertexPart> Parts { get; init; } = [];

    public static VertexContent User(string text) => new() { Role = UserRole, Parts = [new VertexPart { Text = text }] };

    public static VertexContent Model(string text) => new() { Role = ModelRole, Parts = [new VertexPart { Text = text }] };
}
