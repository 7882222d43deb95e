using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Tune;

/// <summary>The moves of a tuning job, one for each place it can stand. Each may have been made before, by a worker that died before it could say so.</summary>
public sealed class TuningMoves(
    TuningGateway google,
    TrainingFile file,
    TuningMedia media,
    TuningResult result,
    BillingService billing,
    StandingRight right,
    IDataProtectionProvider protection,
    IOptions<TuneOptions> options,
    TimeProvider time)
{
    /// <summary>Google forgets no job; one that it does not find for this often is gone with its project or its sandbox.</summary>
    private const int AttemptsBeforeLost = 6;

    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(30);

    private readonly IDataProtector _secrets = protection.CreateProtector("Portal.Tune.UploadSession");

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task MakeAsync(PortalDbContext db, TuningJob job, CancellationToken ct)
    {
        var session = await google.OpenForAsync(job, ct);
        if (job.VendorName is not "")
        {
            await FollowAsync(db, session, job, ct);
        }
        else if (job.State is TuningJobState.Cancelling)
        {
            await LookBeforeCancellingAsync(db, session, job, ct);
        }
        else if (!job.IsOrdered && await db.IsSuspendedAsync(ct))
        {
            Hold(job);
        }
        else if (!job.IsOrdered && await right.WhyGoneAsync(job.StartedByUserId, Permission.Tune, job.ProjectId, ct) is { } gone)
        {
            // Until the order leaves, nothing has begun that could not be left undone.
            job.Fail(gone, "", Now);
            db.Audit(StandingRight.Action, TuningService.TargetOf(job), gone, AuditOutcome.Denied);
            await FreeAsync(db, job, ct);
        }
        else if (job.NeedsUpload)
        {
            await UploadAsync(db, session, job, ct);
        }
        else
        {
            await OrderAsync(db, session, job, ct);
        }
    }

    /// <summary>What a refused or unanswered call means for the job. A job that Google may be training never fails by this.</summary>
    public void Failed(TuningJob job, VertexException fault)
    {
        var details = fault.Message;
        if (job.VendorName is not "" && fault.HttpStatus is 404 && job.Attempts >= AttemptsBeforeLost)
        {
            job.Fail("Google no longer knows this job. It was removed there, or its project was. Nothing is charged; start again.", details, Now);
        }
        else if (fault.OutcomeUnknown && job is { State: TuningJobState.Uploading, IsOrdered: true })
        {
            job.Await("Asking Google whether it began: the order was sent, and no answer came back.", TimeSpan.FromSeconds(2), Now);
        }
        else if (!fault.IsTransient && fault.HttpStatus is >= 400 and < 500 and not (401 or 403) && job.State is TuningJobState.Uploading)
        {
            job.Fail($"{TuningWords.Of(fault)} Nothing was trained and nothing is charged. Read its reason in the details, correct it, and start again.", details, Now);
        }
        else
        {
            job.Stumble(TuningWords.Of(fault), details, fault.RetryAfter, Now);
        }
    }

    /// <summary>Ends the hold of a job that is charged nothing.</summary>
    public Task FreeAsync(PortalDbContext db, TuningJob job, CancellationToken ct) =>
        billing.EndReservationAsync(db, job.Id, ReservationState.Released, ct);

    private async Task UploadAsync(PortalDbContext db, VertexSession session, TuningJob job, CancellationToken ct)
    {
        await ConnectService.EnsureBucketAsync(session, ct);
        if (job.NeedsMedia)
        {
            await media.SendAsync(session, job, ct);
            if (job.MediaTotal > 0 || !job.NeedsUpload)
            {
                job.Next(TimeSpan.Zero, Now);
                return;
            }
        }

        var train = job.TrainUri is "";
        var name = train ? job.TrainObject : job.ValidationObject;
        await using var content = train
            ? await file.WriteAsync(job, Split.Train, session.Bucket, ct)
            : await file.WriteAsync(job, Split.Validation, session.Bucket, ct);
        var uri = await TuningGateway.UploadAsync(session, name, content, Reveal(job.UploadSession), KeepAsync, ct);
        job.Uploaded(uri);
        job.Next(TimeSpan.Zero, Now);

        async Task KeepAsync(Uri address, CancellationToken token)
        {
            // Whoever has this address can write the object.
            job.KeepUpload(_secrets.Protect(address.AbsoluteUri));
            await db.SaveChangesAsync(token);
        }
    }

    private async Task OrderAsync(PortalDbContext db, VertexSession session, TuningJob job, CancellationToken ct)
    {
        if (await TuningGateway.FindAsync(session, job, ct) is { } found)
        {
            Adopt(session, job, found);
            return;
        }

        if (job.OrderedAt is { } at && Now < at + options.Value.AdoptFor(session.IsSandbox))
        {
            job.Await("Asking Google whether it began: the order was sent, and no answer came back.", TimeSpan.FromSeconds(1), Now);
            return;
        }

        if (await db.IsSuspendedAsync(ct))
        {
            Hold(job);
            return;
        }

        // Saved before the order leaves: a worker that dies from here on is followed by one that looks for the job first.
        job.Ordering(Now);
        await db.SaveChangesAsync(ct);
        try
        {
            Adopt(session, job, await TuningGateway.OrderAsync(session, job, ct));
        }
        catch (VertexException refused) when (!refused.OutcomeUnknown)
        {
            // This order certainly made no job, so nobody need look for one.
            job.NotOrdered();
            await db.SaveChangesAsync(ct);
            throw;
        }
    }

    private void Hold(TuningJob job) => job.Await("The organization is suspended, so nothing that costs is begun. This goes on by itself once it is restored.", s_held, Now);

    private void Adopt(VertexSession session, TuningJob job, VendorJob report)
    {
        job.Take(report, Now);
        job.Next(options.Value.Poll(session.IsSandbox), Now);
    }

    private async Task LookBeforeCancellingAsync(PortalDbContext db, VertexSession session, TuningJob job, CancellationToken ct)
    {
        if (await TuningGateway.FindAsync(session, job, ct) is { } found)
        {
            job.Take(found, Now);
            job.Next(TimeSpan.Zero, Now);
        }
        else if (job.OrderedAt is { } at && Now < at + options.Value.AdoptFor(session.IsSandbox))
        {
            job.Await("Asking Google whether it began, so that nothing goes on behind your back.", TimeSpan.FromSeconds(1), Now);
        }
        else
        {
            job.Cancelled(Now);
            await FreeAsync(db, job, ct);
        }
    }

    private async Task FollowAsync(PortalDbContext db, VertexSession session, TuningJob job, CancellationToken ct)
    {
        var report = await TuningGateway.ReadAsync(session, job.VendorName, ct);
        var curves = await ReadCurvesAsync(session, job, report, ct);
        var kept = await TuningResult.KeepCurvesAsync(db, job, curves, ct);
        job.Measured(kept.LastStep);
        switch (report.Phase)
        {
            case VendorPhase.Succeeded:
                await result.SucceedAsync(db, job, report, kept.Validation, ct);
                break;
            case VendorPhase.Cancelled:
                await result.CancelAsync(db, job, report, ct);
                break;
            case VendorPhase.Failed:
                job.Take(report, Now);
                job.Fail(TuningWords.OfFailure(report), report.Error, Now);
                await FreeAsync(db, job, ct);
                break;
            default:
                if (job.State is TuningJobState.Cancelling && report.Phase is not VendorPhase.Cancelling)
                {
                    await TuningGateway.CancelAsync(session, job.VendorName, ct);
                }

                Adopt(session, job, report);
                break;
        }
    }

    /// <summary>Curves are shown, not needed: where they cannot be had, the job goes on without them.</summary>
    private static async Task<IReadOnlyList<(CurveKind Curve, CurvePoint Point)>> ReadCurvesAsync(
        VertexSession session, TuningJob job, VendorJob report, CancellationToken ct)
    {
        const int patience = 3;
        if ((report.Experiment is "" ? job.Experiment : report.Experiment) is not { Length: > 0 } experiment)
        {
            return [];
        }

        try
        {
            return await TuningGateway.ReadCurvesAsync(session, experiment, ct);
        }
        catch (VertexException fault) when (!fault.IsTransient || job.Attempts >= patience)
        {
            return [];
        }
    }

    private Uri? Reveal(string session)
    {
        try
        {
            return session is "" ? null : new Uri(_secrets.Unprotect(session));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // The key ring has changed; a new session costs only the bytes already sent.
            return null;
        }
    }
}
