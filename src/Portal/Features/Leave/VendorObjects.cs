using Portal.Features.Connect;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Leave;

/// <summary>How the removal stands: done, waiting for the vendor to end something, or refused.</summary>
public sealed record VendorAnswer(bool IsDone, bool IsWaiting, string Problem);

/// <summary>
/// Removes what an organisation has at Google: running jobs are cancelled, endpoints, tuned models and the bucket deleted. Found by the
/// label that every job of ours carries, never by a name in our rows alone: a name can have been put there by an import.
/// </summary>
public sealed class VendorObjects(ConnectService connect, TunedObjects tuned, TenantScope scope)
{
    public async Task<VendorAnswer> RemoveAsync(Func<List<VendorTrace>, Task> note, CancellationToken ct)
    {
        var (isWaiting, problem) = (false, "");
        try
        {
            foreach (var location in await tuned.LocationsAsync(ct))
            {
                var session = await connect.OpenAsync(location, ct);
                foreach (var job in await JobsAsync(session, ct))
                {
                    if (!VertexJobState.IsTerminal(job.State))
                    {
                        await session.Vertex.CancelTuningJobAsync(job.Name, ct);
                        isWaiting = true;
                        continue;
                    }

                    var traces = await RemoveAsync(session, job, ct);
                    await note(traces);
                    problem = Failed(traces) ?? problem;
                }
            }

            // Last: a job that still runs may be reading from it.
            if (!isWaiting)
            {
                var traces = await EmptyBucketAsync(await connect.OpenAsync(ct), ct);
                await note(traces);
                problem = Failed(traces) ?? problem;
            }
        }
        catch (VertexException fault)
        {
            problem = Words(fault);
            await note([new VendorTrace(ErasureLedger.Connection, "", VendorOutcome.Failed, problem)]);
            return new VendorAnswer(false, false, problem);
        }
        catch (InvalidOperationException)
        {
            // No credentials of Google on this machine.
            await note([new VendorTrace(ErasureLedger.Connection, "", VendorOutcome.Failed, "The portal has no Google identity")]);
            return new VendorAnswer(false, false, "The portal has no Google identity, so nothing could be removed at Google.");
        }

        await note([new VendorTrace(ErasureLedger.Connection, "", VendorOutcome.Removed)]);
        return isWaiting ? new VendorAnswer(false, true, "Google is ending a tuning job.") : new VendorAnswer(problem is "", false, problem);
    }

    private async Task<List<VertexTuningJob>> JobsAsync(VertexSession session, CancellationToken ct)
    {
        var found = new List<VertexTuningJob>();
        await foreach (var job in session.Vertex.ListTuningJobsAsync($"labels.{TuningJob.TenantLabelKey}=\"{scope.TenantId}\"", ct))
        {
            // The list's filter is not documented in detail; the label is.
            if (job.Labels.GetValueOrDefault(TuningJob.TenantLabelKey) == scope.TenantId)
            {
                found.Add(job);
            }
        }

        return found;
    }

    private static async Task<List<VendorTrace>> RemoveAsync(VertexSession session, VertexTuningJob job, CancellationToken ct)
    {
        List<VendorTrace> traces = [new("tuning job", job.Name, VendorOutcome.Kept)];
        var tuned = job.TunedModel;
        foreach (var endpoint in (tuned?.Checkpoints ?? []).Select(c => c.Endpoint).Append(tuned?.Endpoint ?? "").Where(e => e is not "").Distinct(StringComparer.Ordinal))
        {
            traces.Add(await TryAsync("endpoint", endpoint, () => TunedObjects.DeleteEndpointAsync(session, endpoint, ct)));
        }

        if (tuned?.Model.Split('@')[0] is { Length: > 0 } model)
        {
            traces.Add(await TryAsync("tuned model", model, () => TunedObjects.DeleteModelAsync(session, model, ct)));
        }

        return traces;
    }

    private static async Task<List<VendorTrace>> EmptyBucketAsync(VertexSession session, CancellationToken ct)
    {
        List<VendorTrace> traces = [];
        traces.Add(await TryAsync("bucket", session.Bucket, async () =>
        {
            List<string> names = [];
            await foreach (var stored in session.Storage.ListObjectsAsync(session.Bucket, prefix: null, ct))
            {
                names.Add(stored.Name);
            }

            foreach (var name in names)
            {
                traces.Add(await TryAsync("bucket object", $"gs://{session.Bucket}/{name}", () => session.Storage.DeleteObjectAsync(session.Bucket, name, ct)));
            }

            if (!await session.Storage.DeleteBucketAsync(session.Bucket, ct))
            {
                throw new VertexException(404, VertexErrorStatus.NotFound, "");
            }
        }));
        return traces;
    }

    private static async Task<VendorTrace> TryAsync(string kind, string name, Func<Task> remove)
    {
        try
        {
            await remove();
            return new VendorTrace(kind, name, VendorOutcome.Removed);
        }
        catch (VertexException missing) when (missing.HttpStatus is 404)
        {
            return new VendorTrace(kind, name, VendorOutcome.Gone);
        }
        catch (VertexException fault)
        {
            return new VendorTrace(kind, name, VendorOutcome.Failed, Words(fault));
        }
    }

    private static string? Failed(List<VendorTrace> traces) => traces.Find(t => t.Outcome is VendorOutcome.Failed)?.Detail;

    // Not the vendor's text: it may repeat what a customer wrote, and this stays in the receipt.
    private static string Words(VertexException fault) => fault.HttpStatus is 0 ? "Google does not answer" : $"Google answers {fault.HttpStatus} {fault.Status}";
}
