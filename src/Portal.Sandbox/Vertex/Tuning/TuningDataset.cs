using Portal.Sandbox.Learner;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>A tuning file, read and judged line by line.</summary>
internal sealed record TuningDataset(IReadOnlyList<DatasetLine> Lines)
{
    private const int MostNamedLines = 20;
    private const int MostValidationLines = 5000;
    private const int FreeValidationLines = 1000;
    private const double MostValidationShare = 0.3;

    public IEnumerable<TrainingExample> Examples => Lines.SelectMany(line => line.Examples);

    public static async Task<TuningDataset> ReadAsync(StorageState storage, string uri, CancellationToken cancellationToken)
    {
        if (!GcsUri.TryParse(uri, out var bucket, out var name) || !storage.HasBucket(bucket) || !storage.TryOpen(bucket, name, out _, out var content))
        {
            throw new DatasetFaultException($"The file {uri} cannot be read: it does not exist any more.");
        }

        await using (content)
        {
            return await ReadAsync(uri, content, new MediaObjects(storage), cancellationToken);
        }
    }

    /// <summary>A validation set has limits of its own, one of them measured by the training set.</summary>
    public void CheckAsValidationOf(TuningDataset training)
    {
        if (Lines.Count > MostValidationLines)
        {
            throw new DatasetFaultException($"The validation dataset has {Lines.Count} examples; at most {MostValidationLines} are allowed.");
        }

        if (Lines.Count > FreeValidationLines && Lines.Count > training.Lines.Count * MostValidationShare)
        {
            throw new DatasetFaultException(
                $"The validation dataset has {Lines.Count} examples, more than 30 % of the {training.Lines.Count} training examples.");
        }
    }

    private static async Task<TuningDataset> ReadAsync(string uri, Stream content, MediaObjects media, CancellationToken cancellationToken)
    {
        var lines = new List<DatasetLine>();
        var faults = new List<string>();
        var number = 0;
        await foreach (var line in LineReader.ReadAsync(content, cancellationToken))
        {
            number++;
            try
            {
                lines.Add(DatasetLine.Parse(line, Words));
            }
            catch (DatasetFaultException fault)
            {
                faults.Add($"Line {number} {fault.Message}.");
            }
        }

        if (faults.Count > 0)
        {
            var more = faults.Count > MostNamedLines ? $" And {faults.Count - MostNamedLines} more." : "";
            throw new DatasetFaultException($"The dataset {uri} has {faults.Count} invalid line(s). {string.Join(' ', faults.Take(MostNamedLines))}{more}");
        }

        string Words(string type, string address)
        {
            var (words, fault) = media.Read(type, address);
            return words ?? throw new DatasetFaultException(fault);
        }

        return lines.Count == 0 ? throw new DatasetFaultException($"The dataset {uri} has no examples.") : new(lines);
    }
}
