using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Storage;
using Portal.Vertex.Contracts;

namespace Portal.Features.Tune;

/// <summary>
/// Writes the rows of a version as Gemini's training lines, a page at a time into a file that vanishes with its handle.
/// The same version gives the same bytes, so an upload that broke off can go on with a file written anew.
/// </summary>
public sealed class TrainingFile(ExampleService examples, IOptions<StorageOptions> storage)
{
    private const int PageSize = 1_000;
    private const int MostValidationRows = 5_000;
    private const int FreeValidationRows = 1_000;
    private const double ValidationShare = 0.3;

    /// <summary>Google takes 5,000 validation rows, and beyond 1,000 no more than 30 % of the training rows.</summary>
    public static int ValidationRowsOf(DatasetVersion version) =>
        Math.Min(version.ValidationCount, Math.Min(MostValidationRows, Math.Max(FreeValidationRows, (int)(version.TrainCount * ValidationShare))));

    /// <summary>Rows beyond what is kept are left out evenly, so that a file sorted by answer keeps all its answers.</summary>
    public async Task<Stream> WriteAsync(TuningJob job, Split split, string bucket, CancellationToken ct)
    {
        var version = await examples.GetVersionAsync(job.VersionId, ct);
        long total = split is Split.Train ? version.TrainCount : version.ValidationCount;
        long kept = split is Split.Train ? total : job.ValidationRows;
        var file = Open();
        try
        {
            long index = 0;
            for (var after = 0; ;)
            {
                var page = await examples.ReadAsync(job.VersionId, split, after, PageSize, ct);
                if (page.Count is 0)
                {
                    break;
                }

                foreach (var row in page)
                {
                    if ((index + 1) * kept / total > index * kept / total)
                    {
                        await JsonSerializer.SerializeAsync(file, RowFiles.At(GeminiLine.Of(job.Instruction, row), $"gs://{bucket}/{job.Folder}"), VertexJson.Options, ct);
                        file.WriteByte((byte)'\n');
                    }

                    index++;
                }

                after = page[^1].Number;
            }

            await file.FlushAsync(ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private FileStream Open()
    {
        var folder = Directory.CreateDirectory(Path.Combine(storage.Value.Folder, "tuning")).FullName;
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.jsonl");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // A killed process closes nothing here: without its name the file is gone with the handle, however that ends.
            File.Delete(path);
        }

        return file;
    }
}
