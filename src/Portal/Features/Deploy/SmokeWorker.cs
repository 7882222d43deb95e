using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// Calls a new deployment the way its callers will: with a real key, through the same check, recipe and model. Only a valid answer
/// makes it live. Running it twice costs a call more and changes nothing else.
/// </summary>
public sealed class SmokeWorker(
    TenantScope scope, IServiceScopeFactory scopes, IDbContextFactory<PortalDbContext> dbs, ApiKeyService keys, ProjectService projects,
    ExampleService examples, RedeployService redeploy, StandingRight right, TimeProvider time, ILogger<SmokeWorker> logger)
{
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    public async Task RunAsync(string tenantId, string deploymentId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await ClaimAsync(deploymentId, ct) is not { } deployment)
        {
            return;
        }

        if (await right.WhyGoneAsync(deployment.AnswerableUserId, Permission.Deploy, deployment.ProjectId, ct) is { } gone)
        {
            await FinishAsync(deploymentId, gone, 0, ct, stopped: true);
            return;
        }

        // A step that was killed may have left its key behind.
        await keys.RevokeSmokeKeysAsync(deploymentId, ct);
        if (deployment.DeployedAt is not null && await BringBackAsync(deployment, ct) is { } missing)
        {
            await FinishAsync(deploymentId, missing, 0, ct);
            return;
        }

        var started = time.GetTimestamp();
        var problem = await CallAsync(deployment, ct);
        await keys.RevokeSmokeKeysAsync(deploymentId, ct);
        await FinishAsync(deploymentId, problem, (int)time.GetElapsedTime(started).TotalMilliseconds, ct);
    }

    /// <summary>What is put back may be gone at Google. Deploying it there again takes longer than a test, so it is held for longer.</summary>
    private async Task<string?> BringBackAsync(Deployment deployment, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (id, until) = (deployment.Id, time.GetUtcNow().UtcDateTime + RedeployService.Patience + s_lease);
        await db.Deployments.Where(d => d.Id == id && d.State == DeploymentState.Testing).ExecuteUpdateAsync(set => set.SetProperty(d => d.TestingUntil, until), ct);
        return await redeploy.EnsureAsync(id, ct);
    }

    private async Task<Deployment?> ClaimAsync(string deploymentId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deployment = await db.Deployments.OfServedTenants(db).SingleOrDefaultAsync(d => d.Id == deploymentId, ct);
        if (deployment?.TryBeginTest(time.GetUtcNow().UtcDateTime, s_lease) is not true)
        {
            return null;
        }

        return await db.TrySaveAsync(ct) ? deployment : null;
    }

    /// <summary>Null when an answer was valid; else what is wrong, in words.</summary>
    private async Task<string?> CallAsync(Deployment deployment, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(deployment.ProjectId, ct);
        var problem = "";
        // One odd row must not stop a model that is right nine times of ten.
        foreach (var input in await InputsAsync(deployment.ProjectId, task, ct))
        {
            try
            {
                problem = Judge(task, await AskAsync(deployment, input, ct));
            }
            catch (GatewayException told)
            {
                return told.Message;
            }

            if (problem is "")
            {
                return null;
            }
        }

        return problem;
    }

    private async Task<VertexGenerateContentResponse> AskAsync(Deployment deployment, string input, CancellationToken ct)
    {
        var key = await keys.IssueForSmokeCallAsync(deployment.ProjectId, deployment.EndpointId, deployment.Id, ct);
        // A caller comes with nothing but a key: its own scope, which the key alone may enter.
        await using var services = scopes.CreateAsyncScope();
        var call = services.ServiceProvider.GetRequiredService<GatewayCall>();
        await call.EnterAsync(key.Secret, address: null, ct);
        var served = await call.FindAsync(await NameOfAsync(deployment, ct), KeyVerb.Generate, ct);
        var request = new VertexGenerateContentRequest { Contents = [VertexContent.User(input)] };
        var serving = services.ServiceProvider.GetRequiredService<ServingService>();
        return (await serving.AnswerAsync(served, call.Caller, request)).Response;
    }

    private async Task<string> NameOfAsync(Deployment deployment, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Endpoints.Where(e => e.Id == deployment.EndpointId).Select(e => e.Name).SingleAsync(ct);
    }

    private async Task<IReadOnlyList<string>> InputsAsync(string projectId, TaskDefinition task, CancellationToken ct)
    {
        if (await examples.LatestVersionAsync(projectId, ct) is { } version)
        {
            var rows = await examples.ReadAsync(version.Id, Split.Validation, 0, 3, ct);
            rows = rows.Count > 0 ? rows : await examples.ReadAsync(version.Id, Split.Train, 0, 3, ct);
            if (rows.Count > 0)
            {
                return [.. rows.Select(r => r.Input)];
            }
        }

        return [task.Goal];
    }

    private static string Judge(TaskDefinition task, VertexGenerateContentResponse answer)
    {
        var text = answer.Text.Trim();
        return text switch
        {
            "" => "The model gave an empty answer.",
            _ when answer.Candidates[0].FinishReason is not VertexFinishReason.Stop => $"The answer broke off: {answer.Candidates[0].FinishReason}.",
            _ when task.Kind is TaskKind.Classify && task.Labels.Count > 0 && !task.Labels.Contains(text, StringComparer.OrdinalIgnoreCase) =>
                $"The model answered \"{(text.Length <= 80 ? text : text[..80] + "…")}\", which is none of the task's labels.",
            _ => "",
        };
    }

    private async Task FinishAsync(string deploymentId, string? problem, int milliseconds, CancellationToken ct, bool stopped = false)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deployment = await db.Deployments.SingleAsync(d => d.Id == deploymentId, ct);
        if (deployment.State is not DeploymentState.Testing || (problem is not null && await db.IsSuspendedAsync(ct)))
        {
            // Suspended in mid-call, the test proves nothing; the sweep begins it again once the organisation is restored.
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        if (problem is null)
        {
            await CanaryMoves.AdmitAsync(db, deployment, milliseconds, now, ct);
        }
        else
        {
            deployment.FailedTest(problem, now);
            if (stopped)
            {
                db.Audit(StandingRight.Action, DeploymentService.TargetOf(deployment), problem, AuditOutcome.Denied);
            }
        }

        if (await db.TrySaveAsync(ct))
        {
            logger.LogInformation("Deployment {Deployment} is {State}", deploymentId, deployment.State);
        }
    }
}
