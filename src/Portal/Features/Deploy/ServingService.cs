using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>What answers: a deployment behind its endpoint's name, and how its model is asked.</summary>
public sealed record Served(Endpoint Endpoint, Deployment Deployment, string ModelName, Recipe Recipe, TokenPrices Prices)
{
    public string ModelVersion => $"{Endpoint.Name}@{Deployment.Number}";
}

/// <summary>On whose behalf: a key's holder, or somebody at the playground.</summary>
public sealed record Caller(UsageSource Source, string? KeyId = null);

public sealed record Answered(VertexGenerateContentResponse Response, CallUsage Usage, long AmountMicros, int Milliseconds);

/// <summary>
/// Asks the model and counts what it used. An answer is handed on only once its use is on record; a caller who goes away
/// in the middle changes nothing of that, since the vendor bills the answer all the same.
/// </summary>
public sealed class ServingService(
    IDbContextFactory<PortalDbContext> dbs, ConnectService connect, CandidateService candidates, CatalogueService catalogue, BillingService billing,
    CurrentMember current, IOptions<DeployOptions> options, TimeProvider time, ILogger<ServingService> logger)
{
    /// <summary>The deployment a key reaches by this name.</summary>
    /// <exception cref="GatewayException">404, in the same words for a name that is somebody else's and one that is nobody's.</exception>
    public async Task<Served> FindAsync(KeyHolder holder, string name, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == holder.EndpointId && e.Name == name, ct)
            ?? throw GatewayException.NoModel(name);
        var deploymentId = holder.DeploymentId ?? endpoint.LiveDeploymentId
            ?? throw new GatewayException(404, VertexErrorStatus.NotFound, $"models/{name} is not deployed just now.");
        return await ReadAsync(db, endpoint, deploymentId, ct);
    }

    /// <summary>The deployment a key reaches, whatever its name; null where there is none.</summary>
    public async Task<Served?> FindOnlyAsync(KeyHolder holder, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == holder.EndpointId, ct) is { } endpoint
            && (holder.DeploymentId ?? endpoint.LiveDeploymentId) is { } deploymentId ? await ReadAsync(db, endpoint, deploymentId, ct) : null;
    }

    /// <summary>The live deployment of an endpoint, for the playground.</summary>
    public async Task<Served> FindLiveAsync(string projectId, string endpointId, CancellationToken ct)
    {
        current.Require(Permission.TryModel);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == endpointId && e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        return await ReadAsync(db, endpoint, endpoint.LiveDeploymentId ?? throw new PortalException("Nothing is deployed here now. Deploy a candidate, then try again."), ct);
    }

    public async Task<Answered> AnswerAsync(Served served, Caller caller, VertexGenerateContentRequest request)
    {
        var call = Begin(streamed: false);
        using var limit = new CancellationTokenSource(options.Value.CallLimit, time);
        try
        {
            var session = await connect.OpenAsync(limit.Token);
            var answer = await session.Vertex.GenerateContentAsync(served.ModelName, RecipeTurns.Apply(served.Recipe, request), limit.Token);
            var recorded = await RecordAsync(served, caller, call, answer.UsageMetadata, fault: null);
            return recorded with { Response = Signed(served, call, answer) };
        }
        catch (Exception fault) when (fault is VertexException or OperationCanceledException or PortalException)
        {
            var told = GatewayException.Of(fault);
            await RecordAsync(served, caller, call, metadata: null, told);
            throw told;
        }
    }

    /// <summary>
    /// The chunks of an answer, each held back until the next one is there, so that the last leaves after the record.
    /// Stopping in the middle reads the rest all the same: it is billed.
    /// </summary>
    public async IAsyncEnumerable<VertexGenerateContentResponse> StreamAsync(Served served, Caller caller, VertexGenerateContentRequest request)
    {
        var call = Begin(streamed: true);
        using var limit = new CancellationTokenSource(options.Value.CallLimit, time);
        await using var stream = new VendorStream(OpenAsync(served, request, limit.Token));
        VertexGenerateContentResponse? held = null;
        try
        {
            while (await stream.NextAsync() is { } chunk)
            {
                if (held is not null)
                {
                    yield return held;
                }

                held = Signed(served, call, chunk);
            }
        }
        finally
        {
            while (await stream.NextAsync() is not null)
            {
                // Nobody reads on, but the vendor's last word says what it costs.
            }

            await RecordAsync(served, caller, call, stream.Usage, stream.Fault);
        }

        if (held is not null)
        {
            yield return held;
        }

        if (stream.Fault is not null)
        {
            throw stream.Fault;
        }
    }

    /// <summary>Tokens of the prompt as it would be billed, the recipe's own included. Free, so not on record.</summary>
    public async Task<int> CountAsync(Served served, VertexGenerateContentRequest request, CancellationToken ct)
    {
        var asked = RecipeTurns.Apply(served.Recipe, request);
        try
        {
            var session = await connect.OpenAsync(ct);
            var count = new VertexCountTokensRequest { Contents = asked.Contents, SystemInstruction = asked.SystemInstruction };
            return (await session.Vertex.CountTokensAsync(served.ModelName, count, ct)).TotalTokens;
        }
        catch (VertexException fault)
        {
            throw GatewayException.From(fault);
        }
    }

    /// <summary>A call that was refused for what it said, so that its sender finds it among the errors.</summary>
    public Task RecordRefusalAsync(Served served, Caller caller, GatewayException refusal, bool streamed) =>
        RecordAsync(served, caller, Begin(streamed), metadata: null, refusal);

    private async Task<Served> ReadAsync(PortalDbContext db, Endpoint endpoint, string deploymentId, CancellationToken ct)
    {
        var deployment = await db.Deployments.AsNoTracking().SingleAsync(d => d.Id == deploymentId, ct);
        var (candidate, recipe) = await candidates.GetAsync(deployment.CandidateId, ct);
        var prices = (await catalogue.GetAsync(deployment.BaseModelId, ct)).PricesAt(time.GetUtcNow().UtcDateTime);
        if (prices is null)
        {
            logger.LogError("Deployment {Deployment} is live but {Model} has lost its price", deployment.Id, deployment.BaseModelId);
            throw new GatewayException(503, VertexErrorStatus.Unavailable, "This model has no price just now, so it does not answer. Its owner has been told.");
        }

        return new Served(endpoint, deployment, candidate.ModelName, recipe, prices);
    }

    private async IAsyncEnumerable<VertexGenerateContentResponse> OpenAsync(
        Served served, VertexGenerateContentRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        var session = await connect.OpenAsync(ct);
        await foreach (var chunk in session.Vertex.StreamGenerateContentAsync(served.ModelName, RecipeTurns.Apply(served.Recipe, request), ct))
        {
            yield return chunk;
        }
    }

    private Call Begin(bool streamed) => new(PublicId.Create("ans", time.GetUtcNow().UtcDateTime), time.GetTimestamp(), streamed);

    private static VertexGenerateContentResponse Signed(Served served, Call call, VertexGenerateContentResponse answer) =>
        answer with { ModelVersion = served.ModelVersion, ResponseId = call.ResponseId };

    // Not cancellable: what the vendor has counted is recorded whether or not anybody still waits.
    private async Task<Answered> RecordAsync(Served served, Caller caller, Call call, VertexUsageMetadata? metadata, GatewayException? fault)
    {
        var milliseconds = (int)time.GetElapsedTime(call.Started).TotalMilliseconds;
        var usage = CallUsage.Of(metadata);
        if (fault is null && metadata is null)
        {
            logger.LogError("The answer {Response} of deployment {Deployment} came without usage, so it could not be billed", call.ResponseId, served.Deployment.Id);
        }

        try
        {
            await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
            db.InferenceLogs.Add(LogOf(served, caller, call, usage, fault, milliseconds));
            Bill(Meter.InputTokens, usage.Input, served.Prices.Input, "input");
            Bill(Meter.OutputTokens, usage.Output, served.Prices.Output, "output");
            await db.SaveChangesAsync(CancellationToken.None);

            void Bill(Meter meter, int quantity, long price, string key) => billing.Record(db, new UsageFact(
                served.Endpoint.ProjectId, meter, caller.Source, quantity, price, served.Deployment.Id, $"{call.ResponseId}:{key}"));
        }
        catch (Exception broken) when (broken is DbException or DbUpdateException)
        {
            logger.LogError(broken, "The call {Response} of deployment {Deployment} could not be recorded: {Input} and {Output} tokens",
                call.ResponseId, served.Deployment.Id, usage.Input, usage.Output);
            throw GatewayException.NoDatabase(broken);
        }

        return new Answered(new VertexGenerateContentResponse(), usage, usage.PriceAt(served.Prices), milliseconds);
    }

    private InferenceLog LogOf(Served served, Caller caller, Call call, CallUsage usage, GatewayException? fault, int milliseconds) => new()
    {
        ProjectId = served.Endpoint.ProjectId,
        EndpointId = served.Endpoint.Id,
        DeploymentId = served.Deployment.Id,
        ApiKeyId = caller.KeyId,
        Source = caller.Source,
        ResponseId = call.ResponseId,
        Status = fault?.Code ?? 200,
        Problem = fault?.Status ?? "",
        IsStreamed = call.IsStreamed,
        Milliseconds = milliseconds,
        InputTokens = usage.Input,
        CachedTokens = usage.Cached,
        OutputTokens = usage.Output,
        ThinkingTokens = usage.Thinking,
        AmountMicros = usage.PriceAt(served.Prices),
        At = time.GetUtcNow().UtcDateTime,
    };

    private sealed record Call(string ResponseId, long Started, bool IsStreamed);
}
