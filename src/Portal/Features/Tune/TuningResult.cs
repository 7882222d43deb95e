using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>What a job leaves behind: its curves, its checkpoints, its charge, and a candidate for evaluation.</summary>
public sealed class TuningResult(BillingService billing, CandidateService candidates, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Adds what is new and corrects what was measured again; running it twice changes nothing.</summary>
    public static async Task<(long LastStep, IReadOnlyList<CurvePoint> Validation)> KeepCurvesAsync(
        PortalDbContext db, TuningJob job, IReadOnlyList<(CurveKind Curve, CurvePoint Point)> measured, CancellationToken ct)
    {
        var kept = await db.MetricPoints.Where(p => p.JobId == job.Id).ToDictionaryAsync(p => (p.Curve, p.Step), ct);
        foreach (var (curve, point) in measured)
        {
            if (kept.TryGetValue((curve, point.Step), out var known))
            {
                known.Value = point.Value;
            }
            else
            {
                known = new MetricPoint { JobId = job.Id, Curve = curve, Step = point.Step, Value = point.Value };
                kept.Add((curve, point.Step), known);
                db.MetricPoints.Add(known);
            }
        }

        return (kept.Values.Where(p => p.Curve is CurveKind.TrainLoss).Select(p => p.Step).DefaultIfEmpty().Max(),
            [.. kept.Values.Where(p => p.Curve is CurveKind.ValidationLoss).OrderBy(p => p.Step).Select(p => new CurvePoint(p.Step, p.Value))]);
    }

    /// <summary>All of it in the caller's one save: the state, the charge, the end of the hold, the checkpoints and the candidate.</summary>
    public async Task SucceedAsync(PortalDbContext db, TuningJob job, VendorJob report, IReadOnlyList<CurvePoint> validation, CancellationToken ct)
    {
        var checkpoints = CheckpointsOf(job, report, validation);
        if (Checkpoint.Best(checkpoints) is not { } best)
        {
            job.Take(report, Now);
            job.Fail("Google trained the model, but made no endpoint that could be asked. Start again; nothing is charged.", report.Error, Now);
            await billing.EndReservationAsync(db, job.Id, ReservationState.Released, ct);
            return;
        }

        job.Succeed(report, Now);
        best.Propose();
        db.Checkpoints.AddRange(checkpoints);
        Charge(db, job, TuningCharge.WhenSucceeded(job));
        await billing.EndReservationAsync(db, job.Id, ReservationState.Settled, ct);
        var candidate = await candidates.RegisterTunedAsync(db, RegistrationOf(job, best, job.Id), ct);
        best.Registered(candidate.Id);
    }

    public async Task CancelAsync(PortalDbContext db, TuningJob job, VendorJob report, CancellationToken ct)
    {
        job.Take(report, Now);
        job.Cancelled(Now);
        var tokens = TuningCharge.WhenCancelled(job);
        Charge(db, job, tokens);
        await billing.EndReservationAsync(db, job.Id, tokens > 0 ? ReservationState.Settled : ReservationState.Released, ct);
    }

    /// <summary>The endpoint's own name says where it serves, which need not be where it was trained.</summary>
    public static TunedRegistration RegistrationOf(TuningJob job, Checkpoint checkpoint, string sourceId) =>
        new(job.ProjectId, job.VersionId, job.BaseModelId, checkpoint.Endpoint, NameOf(job, checkpoint), sourceId, job.Instruction);

    public static string NameOf(TuningJob job, Checkpoint checkpoint) =>
        $"{job.BaseModelName} tuned on v{job.VersionNumber}, " + (checkpoint.IsDefault ? "last checkpoint" : $"checkpoint {checkpoint.VendorId} (epoch {checkpoint.Epoch})");

    private void Charge(PortalDbContext db, TuningJob job, long tokens) => billing.Record(db, new UsageFact(
        job.ProjectId, Meter.TuningTokens, UsageSource.Tuning, tokens, job.PricePerMillion, job.Id, $"tuning:{job.Id}") { ByUserId = job.StartedByUserId });

    /// <summary>Google lists none when it kept only the last; then the job's own endpoint is the one there is.</summary>
    private static List<Checkpoint> CheckpointsOf(TuningJob job, VendorJob report, IReadOnlyList<CurvePoint> validation)
    {
        var reported = report.Checkpoints.Count > 0
            ? report.Checkpoints
            : [new VendorCheckpoint("last", Math.Max(report.Epochs, job.Epochs), Math.Max(report.Steps, job.Steps), report.Endpoint)];
        var last = reported.MaxBy(c => c.Step);
        return
        [
            .. reported.Select(c => new Checkpoint
            {
                JobId = job.Id,
                VendorId = c.Id,
                Epoch = c.Epoch,
                Step = c.Step,
                Endpoint = c.Endpoint,
                ValidationLoss = LossAt(validation, c.Step),
                IsDefault = c == last,
            }),
        ];
    }

    /// <summary>The last measurement at or before the step.</summary>
    private static double? LossAt(IReadOnlyList<CurvePoint> validation, long step)
    {
        var before = validation.Where(p => p.Step <= step).ToList();
        return before.Count > 0 ? before[^1].Value : null;
    }
}
