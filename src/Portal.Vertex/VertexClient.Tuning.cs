using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Tuning jobs. Source: vertex-ai.md 2.</content>
public sealed partial class VertexClient
{
    /// <summary>
    /// Creates a job in <see cref="Parent"/>. There is no idempotency key, so this is never retried: give the job a unique label and, on
    /// <see cref="VertexException.OutcomeUnknown"/>, ask <see cref="FindTuningJobByLabelAsync"/> first.
    /// </summary>
    public Task<VertexTuningJob> CreateTuningJobAsync(VertexTuningJob job, CancellationToken cancellationToken) =>
        PostAsync<VertexTuningJob>(Parent, "/tuningJobs", VertexCallKind.Create, job, cancellationToken);

    public Task<VertexTuningJob> GetTuningJobAsync(string name, CancellationToken cancellationToken) =>
        GetAsync<VertexTuningJob>(name, "", cancellationToken);

    /// <summary>All jobs of <see cref="Parent"/>, page after page.</summary>
    /// <param name="filter">Standard list filter, e.g. <c>labels.tenant="t1"</c>; null for all.</param>
    public IAsyncEnumerable<VertexTuningJob> ListTuningJobsAsync(string? filter, CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("filter", filter), ("pageSize", $"{PageSize}"), ("pageToken", token));
                var page = await GetAsync<VertexListTuningJobsResponse>(Parent, "/tuningJobs" + query, cancellationToken);
                return (page.TuningJobs, page.NextPageToken);
            },
            cancellationToken);

    /// <summary>
    /// The job that carries a label, or null. The filter of this list is not documented in detail (vertex-ai.md 2.1), and a wrong "no" here would
    /// start and bill a second job: what the filter does not find is looked for among all jobs. A new job can take some seconds to be listed.
    /// </summary>
    /// <exception cref="ArgumentException">Not a label: 1-64 (key) or 0-64 (value) of <c>a-z 0-9 _ -</c>.</exception>
    public async Task<VertexTuningJob?> FindTuningJobByLabelAsync(string key, string value, CancellationToken cancellationToken)
    {
        if (key.Length == 0 || !Label.IsMatch(key) || !Label.IsMatch(value))
        {
            throw new ArgumentException($"'{key}={value}' is not a label.", nameof(key));
        }

        try
        {
            if (await FirstAsync($"labels.{key}=\"{value}\"") is { } job)
            {
                return job;
            }
        }
        catch (VertexException exception) when (exception.HttpStatus == 400)
        {
            // This service does not know the filter: read on without it.
        }

        return await FirstAsync(filter: null);

        async Task<VertexTuningJob?> FirstAsync(string? filter)
        {
            await foreach (var job in ListTuningJobsAsync(filter, cancellationToken))
            {
                if (job.Labels.TryGetValue(key, out var found) && found == value)
                {
                    return job;
                }
            }

            return null;
        }
    }

    /// <summary>Asks for the end of a job; best effort, the job's state tells when it has stopped. Harmless to repeat.</summary>
    public async Task CancelTuningJobAsync(string name, CancellationToken cancellationToken) =>
        await PostAsync<VertexEmpty>(name, ":cancel", VertexCallKind.Safe, new VertexEmpty(), cancellationToken);

    [GeneratedRegex(@"^[a-z0-9_-]{0,64}\z")]
    private static partial Regex Label { get; }
}
