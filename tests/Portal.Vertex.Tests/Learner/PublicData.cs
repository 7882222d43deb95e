using System.Text;
using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

/// <summary>The public data sets, which lie beside the repository and not in it.</summary>
internal static class PublicData
{
    public static (IReadOnlyList<TrainingExample> Train, IReadOnlyList<TrainingExample> Test) Banking77() =>
        (Read("banking77-support-intents/train.csv", 0, 1), Read("banking77-support-intents/test.csv", 0, 1));

    public static (IReadOnlyList<TrainingExample> Train, IReadOnlyList<TrainingExample> Test) ClinicalNotes() =>
        (Read("mts-dialog-clinical-notes/MTS-Dialog-TrainingSet.csv", 3, 2),
            Read("mts-dialog-clinical-notes/MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv", 3, 2));

    private static List<TrainingExample> Read(string path, int input, int output)
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, "The public data sets are not here: no shared/datasets folder beside the repository.");
        return [.. Records(File.ReadAllText(Path.Combine(folder!, path))).Skip(1).Select(r => new TrainingExample(r[input], r[output]))];
    }

    private static string? Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "datasets");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }

    private static IEnumerable<List<string>> Records(string text)
    {
        var record = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            record.Add(Cell(text, ref at));
            if (at == text.Length || text[at] != ',')
            {
                yield return record;
                record = [];
                at += at < text.Length && text[at] == '\r' ? 2 : 1;
            }
            else
            {
                at++;
            }
        }
    }

    /// <summary>Reads one cell and stops at what ends it; within quotes a doubled quote stands for itself.</summary>
    private static string Cell(string text, ref int at)
    {
        var cell = new StringBuilder();
        var quoted = false;
        for (; at < text.Length && (quoted || text[at] is not (',' or '\r' or '\n')); at++)
        {
            if (text[at] != '"')
            {
                cell.Append(text[at]);
            }
            else if (quoted && at + 1 < text.Length && text[at + 1] == '"')
            {
                cell.Append(text[++at]);
            }
            else
            {
                quoted = !quoted;
            }
        }

        return cell.ToString();
    }
}
