using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Portal.Sandbox.Learner;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>The tokens of one content: their bytes and an id that follows from them.</summary>
internal sealed record ComputedTokens(string Role, IReadOnlyList<string> Tokens, IReadOnlyList<long> TokenIds)
{
    private const int Vocabulary = 262_144;

    public static ComputedTokens Of(VertexContent content)
    {
        var pieces = Tokenizer.Split(PromptText.Of(content)).Select(Encoding.UTF8.GetBytes).ToList();
        return new(
            content.Role,
            pieces.ConvertAll(Convert.ToBase64String),
            pieces.ConvertAll(piece => (long)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(piece)) % Vocabulary)));
    }
}

internal sealed record ComputeTokensResponse(IReadOnlyList<ComputedTokens> TokensInfo);
