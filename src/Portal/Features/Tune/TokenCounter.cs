using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Tune;

/// <summary>Forecasts the training tokens of a version from rows spread over it, counted by Google where it can be reached.</summary>
public sealed class TokenCounter(IDbContextFactory<PortalDbContext> dbs, ExampleService examples, MediaService media, TuningGateway google, TimeProvider time)
{
    private const int Groups = 10;
    private const int RowsPerGroup = 5;
    private const int CharactersPerToken = 4;

    /// <summary>A quote is waited for on a screen; longer than this, and an estimate stands in.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    public async Task<TokenForecast> ForecastAsync(DatasetVersion version, string baseModelId, string instruction, CancellationToken ct)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instruction)));
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await FindAsync(db, version.Id, baseModelId, hash, ct) is { } known)
        {
            return known.Forecast;
        }

        var sample = await SampleAsync(version, ct);
        var files = await media.TokensAsync(version.ProjectId, [.. sample.SelectMany(g => g).DistinctBy(r => r.Number)], ct);
        if (await CountAsync(sample, files, baseModelId, instruction, ct) is not { } counted)
        {
            var estimated = sample.Select(g => (g.Count, g.Sum(r => Estimate(instruction, r) + files[r.Number]))).ToList();
            return TokenForecast.FromSample(estimated, version.TrainCount, isEstimate: true);
        }

        var forecast = TokenForecast.FromSample(counted, version.TrainCount, isEstimate: false);
        return await KeepAsync(db, version.Id, baseModelId, hash, forecast, ct);
    }

    /// <summary>All rows of a small version; of a large one, ten runs of five that begin evenly along it.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<VersionExample>>> SampleAsync(DatasetVersion version, CancellationToken ct)
    {
        if (version.TrainCount <= Groups * RowsPerGroup)
        {
            var all = await examples.ReadAsync(version.Id, Split.Train, 0, Groups * RowsPerGroup, ct);
            return [.. all.Chunk(RowsPerGroup)];
        }

        var last = (version.TrainCount + version.ValidationCount + version.TestCount) / Groups;
        var sample = new List<IReadOnlyList<VersionExample>>();
        for (var group = 0; group < Groups; group++)
        {
            var run = await examples.ReadAsync(version.Id, Split.Train, group * last, RowsPerGroup, ct);
            if (run.Count > 0)
            {
                sample.Add(run);
            }
        }

        return sample;
    }

    /// <summary>Null where Google cannot be asked just now, or does not count for this model.</summary>
    private async Task<IReadOnlyList<(int Rows, long Tokens)>?> CountAsync(
        IReadOnlyList<IReadOnlyList<VersionExample>> sample, IReadOnlyDictionary<int, long> files, string baseModelId, string instruction, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            var session = await google.OpenAsync(patience.Token);
            return await Task.WhenAll(sample.Select(async rows =>
            {
                // The instruction stands in every training line, and is trained on and paid for with each.
                var request = new VertexCountTokensRequest
                {
                    Contents = [.. rows.SelectMany(r => new[] { VertexContent.User(instruction + "\n" + r.Input), VertexContent.Model(r.Output) })],
                };
                var words = (long)(await session.Vertex.CountTokensAsync(baseModelId, request, patience.Token)).TotalTokens;
                return (rows.Count, words + rows.Sum(r => files[r.Number]));
            }));
        }
        catch (VertexException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<TokenForecast> KeepAsync(
        PortalDbContext db, string versionId, string baseModelId, string hash, TokenForecast forecast, CancellationToken ct)
    {
        db.TokenCounts.Add(new TokenCount
        {
            VersionId = versionId,
            BaseModelId = baseModelId,
            InstructionHash = hash,
            LikelyTokens = forecast.LikelyTokens,
            WorstTokens = forecast.WorstTokens,
            SampledRows = forecast.SampledRows,
            CountedAt = time.GetUtcNow().UtcDateTime,
        });
        try
        {
            await db.SaveChangesAsync(ct);
            return forecast;
        }
        catch (DbUpdateException)
        {
            // Another tab counted at the same moment; whatever it kept is what everybody is shown.
            await using var again = await dbs.CreateDbContextAsync(ct);
            return (await FindAsync(again, versionId, baseModelId, hash, ct))?.Forecast ?? throw new InvalidOperationException("A token count could not be kept.");
        }
    }

    private static Task<TokenCount?> FindAsync(PortalDbContext db, string versionId, string baseModelId, string hash, CancellationToken ct) =>
        db.TokenCounts.AsNoTracking().SingleOrDefaultAsync(c => c.VersionId == versionId && c.BaseModelId == baseModelId && c.InstructionHash == hash, ct);

    private static long Estimate(string instruction, VersionExample row) =>
        (instruction.Length + row.Input.Length + row.Output.Length + CharactersPerToken - 1) / CharactersPerToken;
}
