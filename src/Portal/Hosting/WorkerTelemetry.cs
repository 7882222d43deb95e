using System.Diagnostics;
using Hangfire.Server;

namespace Portal.Hosting;

/// <summary>A trace and a duration of each step of background work, with the ids it was given and nothing else.</summary>
internal sealed class WorkerTelemetry : IServerFilter
{
    private const string ActivityItem = "portal.activity";
    private const string StartItem = "portal.start";

    public void OnPerforming(PerformingContext context)
    {
        var job = context.BackgroundJob.Job;
        var activity = PortalTelemetry.Activities.StartActivity($"{job.Type.Name}.{job.Method.Name}", ActivityKind.Internal, parentContext: default);
        foreach (var (parameter, argument) in job.Method.GetParameters().Zip(job.Args))
        {
            // Every text that work is given is an id; whatever else it may be given is not told.
            if (parameter.Name?.EndsWith("Id", StringComparison.Ordinal) is true && argument is string id)
            {
                activity?.SetTag($"portal.{parameter.Name}", id);
            }
        }

        (context.Items[ActivityItem], context.Items[StartItem]) = (activity, Stopwatch.GetTimestamp());
    }

    public void OnPerformed(PerformedContext context)
    {
        var outcome = context.Canceled ? "canceled" : context.Exception is null ? "done" : "failed";
        if (context.Items.TryGetValue(StartItem, out var start) && start is long since)
        {
            PortalTelemetry.WorkerRuns.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new("worker", context.BackgroundJob.Job.Type.Name), new("outcome", outcome));
        }

        if (context.Items.TryGetValue(ActivityItem, out var item) && item is Activity activity)
        {
            activity.SetTag("outcome", outcome);
            activity.SetTag("error.type", context.Exception?.InnerException?.GetType().Name ?? context.Exception?.GetType().Name);
            activity.SetStatus(context.Exception is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            activity.Dispose();
        }
    }
}
