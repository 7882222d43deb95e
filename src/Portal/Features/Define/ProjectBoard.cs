using Portal.Components;
using Portal.Features.Billing;

namespace Portal.Features.Define;

/// <summary>The six steps of a project with what each says of itself.</summary>
public sealed class ProjectBoard(IEnumerable<IProjectStep> steps, BillingService billing)
{
    /// <summary>No amount where costs are not for whoever looks.</summary>
    public async Task<(IReadOnlyList<(IProjectStep Step, StepStatus Status)> Steps, long? SpentMicros)> ReadAsync(string projectId, CancellationToken ct)
    {
        var read = new List<(IProjectStep, StepStatus)>();
        foreach (var step in steps.OrderBy(s => s.Number))
        {
            read.Add((step, await step.ReadAsync(projectId, ct)));
        }

        return (read, billing.MayView ? await billing.ChargedForProjectAsync(projectId, ct) : null);
    }
}
