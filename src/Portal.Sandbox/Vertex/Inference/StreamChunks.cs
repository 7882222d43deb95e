using System.Text;
using Portal.Sandbox.Learner;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>An answer in the pieces in which it is streamed: each longer than the one before, as from a model that gets going.</summary>
internal static class StreamChunks
{
    private const int Longest = 64;

    public static IReadOnlyList<string> Of(string text)
    {
        var chunks = new List<string>();
        var chunk = new StringBuilder();
        var (taken, size) = (0, 2);
        foreach (var piece in Tokenizer.Split(text))
        {
            chunk.Append(piece);
            if (++taken == size)
            {
                chunks.Add(chunk.ToString());
                chunk.Clear();
                (taken, size) = (0, Math.Min(Longest, size * 2));
            }
        }

        if (chunk.Length > 0 || chunks.Count == 0)
        {
            chunks.Add(chunk.ToString());
        }

        return chunks;
    }
}
