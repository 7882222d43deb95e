using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>Answers free text with the response of the training set that lies nearest to the input.</summary>
internal sealed class Retriever(FeatureEncoder encoder, string[] responses, float[] embedding, float[] candidates) : IAnswering
{
    public const float Temperature = 0.05f;

    /// <summary>Bounds the time of an answer and the size of a file; the first distinct responses are kept.</summary>
    public const int MaxCandidates = 20_000;

    private readonly int _width = candidates.Length / responses.Length;

    public ModelAnswer Answer(string input)
    {
        Span<float> query = stackalloc float[_width];
        EmbeddingTable.Embed(embedding, encoder.Encode(input), query);
        Unit.Normalize(query);
        var scores = new float[responses.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = TensorPrimitives.Dot(query, candidates.AsSpan(i * _width, _width)) / Temperature;
        }

        var best = Softmax.Apply(scores);
        return ModelAnswer.Of(responses[best], Math.Log(scores[best]));
    }

    public void Write(BinaryWriter writer)
    {
        encoder.Write(writer);
        writer.Write(responses.Length);
        Array.ForEach(responses, writer.Write);
        Floats.WriteHalves(writer, embedding);
        Floats.WriteHalves(writer, candidates);
    }

    public static Retriever Read(BinaryReader reader)
    {
        var encoder = FeatureEncoder.Read(reader);
        var responses = new string[reader.ReadInt32()];
        for (var i = 0; i < responses.Length; i++)
        {
            responses[i] = reader.ReadString();
        }

        return new Retriever(encoder, responses, Floats.ReadHalves(reader), Floats.ReadHalves(reader));
    }
}
