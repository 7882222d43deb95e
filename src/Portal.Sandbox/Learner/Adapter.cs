using System.Text;

namespace Portal.Sandbox.Learner;

/// <summary>What a tuning run learned up to one step. It never changes, and any number of threads may ask it.</summary>
public sealed class Adapter
{
    private const uint Signature = 0x31524441;

    private readonly IAnswering _model;

    internal Adapter(IAnswering model) => _model = model;

    public ModelAnswer Answer(string input) => _model.Answer(input);

    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signature);
        writer.Write(_model is Retriever);
        _model.Write(writer);
    }

    public static Adapter Load(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != Signature)
        {
            throw new InvalidDataException("This is not an adapter file.");
        }

        return new Adapter(reader.ReadBoolean() ? Retriever.Read(reader) : Classifier.Read(reader));
    }
}
