using System.Collections.Concurrent;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>Starts jobs in their order, as many at once as the quota allows, and picks up what an earlier process left.</summary>
internal sealed class TuningWorker(TuningState jobs, TuningRun run, TrainingFolders folders, SandboxOptions options, ILogger<TuningWorker> logger)
    : BackgroundService
{
    private const int Internal = 13;

    private readonly ConcurrentDictionary<string, Task> _active = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                Dispatch(stoppingToken);
                await jobs.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(_active.Values); // Each saves where it stands.
        }
    }

    private void Dispatch(CancellationToken stoppingToken)
    {
        foreach (var record in jobs.All().Where(record => !record.IsOver && !_active.ContainsKey(record.Job.Name)).OrderBy(record => record.Order))
        {
            var name = record.Job.Name;
            if (record.Job.State == VertexJobState.Cancelling)
            {
                run.Cancel(name);
            }
            else if (_active.Count < options.ConcurrentTunings)
            {
                // Registered before it runs, so that its end finds itself to remove.
                var start = new TaskCompletionSource();
                _active[name] = RunAsync(name, start.Task, stoppingToken);
                start.SetResult();
            }
        }
    }

    private async Task RunAsync(string name, Task start, CancellationToken stoppingToken)
    {
        await start;
        try
        {
            await Task.Run(() => run.RunAsync(name, stoppingToken), CancellationToken.None);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // Goes on at the next start.
        }
#pragma warning disable CA1031 // The edge of the worker: a bug in one training must end that job, not the sandbox.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Tuning {Name} ended by a fault of the sandbox", name);
            run.End(name, folders.Of(jobs.Get(name).Id), VertexJobState.Failed, new() { Code = Internal, Message = "Internal error encountered." });
        }

        _active.TryRemove(name, out _);
        jobs.Ring();
    }
}
