using System.Text;
using Portal.Sandbox.Learner;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>The files of one training: its rows, how far it came, what it measured, and the adapters it made.</summary>
internal sealed class TrainingFolder(string root, string jobId)
{
    private readonly string _folder = Path.Combine(root, jobId);

    public MetricLog Metrics => new(Path.Combine(_folder, "metrics"));

    private string StatePath => Path.Combine(_folder, "trainer");

    public string AdapterPath(int epoch) => Path.Combine(_folder, $"{epoch}.adapter");

    /// <summary>The rows are copied: what happens to the customer's file afterwards does not reach a training that has begun.</summary>
    public void SaveExamples(IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation)
    {
        Directory.CreateDirectory(_folder);
        SaveExamples("train", train);
        SaveExamples("validation", validation);
    }

    public (IReadOnlyList<TrainingExample> Train, IReadOnlyList<TrainingExample> Validation) LoadExamples() => (LoadExamples("train"), LoadExamples("validation"));

    public void SaveTrainer(AdapterTrainer trainer) => DurableFile.Write(StatePath, trainer.SaveState);

    public AdapterTrainer? LoadTrainer(IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation)
    {
        if (!File.Exists(StatePath))
        {
            return null;
        }

        using var state = File.OpenRead(StatePath);
        return AdapterTrainer.Restore(state, train, validation);
    }

    public void SaveAdapter(int epoch, Adapter adapter) => DurableFile.Write(AdapterPath(epoch), adapter.Save);

    /// <summary>Leaves the measurements and, where they serve, the adapters.</summary>
    public void Close(bool keepAdapters)
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        File.Delete(StatePath);
        File.Delete(Path.Combine(_folder, "train"));
        File.Delete(Path.Combine(_folder, "validation"));
        foreach (var adapter in keepAdapters ? [] : Directory.EnumerateFiles(_folder, "*.adapter"))
        {
            File.Delete(adapter);
        }
    }

    private void SaveExamples(string name, IReadOnlyList<TrainingExample> examples) => DurableFile.Write(Path.Combine(_folder, name), stream =>
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(examples.Count);
        foreach (var example in examples)
        {
            writer.Write(example.Input);
            writer.Write(example.Output);
        }
    });

    private List<TrainingExample> LoadExamples(string name)
    {
        using var reader = new BinaryReader(File.OpenRead(Path.Combine(_folder, name)), Encoding.UTF8);
        var count = reader.ReadInt32();
        var examples = new List<TrainingExample>(count);
        for (var index = 0; index < count; index++)
        {
            examples.Add(new(reader.ReadString(), reader.ReadString()));
        }

        return examples;
    }
}
