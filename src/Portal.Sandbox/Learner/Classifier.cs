namespace Portal.Sandbox.Learner;

internal sealed class Classifier(FeatureEncoder encoder, string[] responses, float[] embedding, float[] weights, float[] bias)
    : IAnswering
{
    private readonly int _width = weights.Length / responses.Length;

    public ModelAnswer Answer(string input)
    {
        Span<float> hidden = stackalloc float[_width];
        Span<float> scores = stackalloc float[responses.Length];
        EmbeddingTable.Embed(embedding, encoder.Encode(input), hidden);
        DenseLayer.Score(weights, bias, hidden, scores);
        var best = Softmax.Apply(scores);
        return ModelAnswer.Of(responses[best], Math.Log(scores[best]));
    }

    public void Write(BinaryWriter writer)
    {
        encoder.Write(writer);
        writer.Write(responses.Length);
        Array.ForEach(responses, writer.Write);
        Floats.WriteHalves(writer, embedding);
        Floats.WriteHalves(writer, weights);
        Floats.WriteHalves(writer, bias);
    }

    public static Classifier Read(BinaryReader reader)
    {
        var encoder = FeatureEncoder.Read(reader);
        var responses = new string[reader.ReadInt32()];
        for (var i = 0; i < responses.Length; i++)
        {
            responses[i] = reader.ReadString();
        }

        return new Classifier(encoder, responses, Floats.ReadHalves(reader), Floats.ReadHalves(reader), Floats.ReadHalves(reader));
    }
}
