using System.Linq.Expressions;
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

/// <summary>A deployment behind its endpoint's name.</summary>
public record Offered(ServedEndpoint Endpoint, ServedDeployment Deployment)
{
    /// <summary>It answers a share of the calls beside what is live. Its faults are its own, and stop nobody from asking what is live.</summary>
    public bool IsCanary => Endpoint.CanaryDeploymentId == Deployment.Id;

    public string ModelVersion => $"{Endpoint.Name}@{Deployment.Number}";
}

/// <summary>What answers, and how its model is asked.</summary>
public sealed record Served(ServedEndpoint Endpoint, ServedDeployment Deployment, string ModelName, RecipeContent Recipe, TokenPrices Prices) : Offered(Endpoint, Deployment)
{
    public required RecipeJson Json { get; init; }
}

/// <summary>On whose behalf: a key's holder, or somebody at the playground.</summary>
public sealed record Caller(UsageSource Source, string? KeyId = null);

public sealed record Answered(VertexGenerateContentResponse Response, CallUsage Usage, long AmountMicros, int Milliseconds);

/// <summary>
/// Asks the model and counts what it used. An answer is handed on only once its use is on record; a caller who goes away
/// in the middle changes nothing of that, since the vendor bills the answer all the same.
/// </summary>
public sealed class ServingService(
    IDbContextFactory<PortalDbContext> dbs, ConnectService connect, CurrentMember current, TenantScope scope, UsageWriter writer, LeftStreams left, VendorHealth health,
    ServedCache cache, CallHolds holds, ShadowQueue shadows, IOptions<DeployOptions> options, TimeProvider time, ILogger<ServingService> logger)
{
    /// <summary>The deployment a key reaches by this name: what is live, or the canary for its share of the sessions.</summary>
    /// <param name="holder">Whose key it is.</param>
    /// <param name="name">What the caller named as the model.</param>
    /// <param name="session">Whose conversation it is, in the caller's words; null where they say nothing.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="GatewayException">404, in the same words for a name that is somebody else's and one that is nobody's.</exception>
    public async Task<Served> FindAsync(KeyHolder holder, string name, string? session, CancellationToken ct)
    {
        if (holder.DeploymentId is { } pinned)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            return await PinnedAsync(db, Opened(db, holder).Where(e => e.Name == name), pinned, ct) ?? throw GatewayException.NoModel(name);
        }

        var front = await FrontAsync(holder, name, ct) ?? throw GatewayException.NoModel(name);
        return front.ChosenFor(holder.TenantId, session) is { } chosen
            ? ServedBy(front.Endpoint, chosen)
            : throw new GatewayException(404, VertexErrorStatus.NotFound, $"models/{name} is not deployed just now.");
    }

    private async ValueTask<Front?> FrontAsync(KeyHolder holder, string name, CancellationToken ct)
    {
        if (cache.FindFront(holder, name) is { } known)
        {
            return known;
        }

        var begun = cache.Begin();
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await Opened(db, holder).SingleOrDefaultAsync(e => e.Name == name, ct) is not { } endpoint)
        {
            return null;
        }

        string?[] ids = [endpoint.LiveDeploymentId, endpoint.CanaryDeploymentId];
        var front = new Front(ServedEndpoint.Of(endpoint), await BehindAsync(db, d => ids.Contains(d.Id), ct));
        cache.Keep(holder, front, begun);
        return front;
    }

    private static IQueryable<Endpoint> Opened(PortalDbContext db, KeyHolder holder)
    {
        var endpoints = db.Endpoints.AsNoTracking();
        endpoints = holder.ProjectIds is { } projects ? endpoints.Where(e => projects.Contains(e.ProjectId)) : endpoints;
        return holder.EndpointIds is { } ids ? endpoints.Where(e => ids.Contains(e.Id)) : endpoints;
    }

    /// <summary>What a key can call at present, by name: the endpoints it opens at which something is deployed.</summary>
    public async Task<IReadOnlyList<Offered>> ListAsync(KeyHolder holder, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var pinned = holder.DeploymentId;
        var offered = await Opened(db, holder).OrderBy(e => e.Name)
            .Join(db.Deployments.AsNoTracking(), e => pinned ?? e.LiveDeploymentId, d => d.Id, (e, d) => new { Endpoint = e, d.Id, d.Number }).ToListAsync(ct);
        return [.. offered.Select(o => new Offered(ServedEndpoint.Of(o.Endpoint), new ServedDeployment(o.Id, o.Number)))];
    }

    /// <summary>The live deployment of an endpoint, for the playground.</summary>
    public async Task<Served> FindLiveAsync(string projectId, string endpointId, CancellationToken ct)
    {
        current.Require(Permission.TryModel);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == endpointId && e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        return await BehindAsync(db, d => d.Id == endpoint.LiveDeploymentId, ct) is [var live]
            ? ServedBy(ServedEndpoint.Of(endpoint), live)
            : throw new PortalException("Nothing is deployed here now. Deploy a candidate, then try again.");
    }

    public async Task<Answered> AnswerAsync(Served served, Caller caller, VertexGenerateContentRequest request)
    {
        writer.RequireRoom();
        health.RequireWell(scope.TenantId);
        var asked = AskedCall.Of(served, request);
        var call = await HeldAsync(Begin(served, caller, streamed: false), asked);
        using var limit = new CancellationTokenSource(options.Value.CallLimit, time);
        try
        {
            var session = await connect.OpenAsync(limit.Token);
            var answer = await session.Vertex.GenerateContentOfJsonAsync(served.ModelName, asked.Json, limit.Token);
            Note(served, fault: null);
            // Without a count it is reckoned, as an answer that is given away would be.
            var usage = answer.UsageMetadata is { } told ? CallUsage.Of(told)
                : CallUsage.Estimate(told: null, asked.ToRequest(), answer.Candidates.Sum(c => CallUsage.BytesOf(c.Content)));
            var spoken = new SpokenAnswer();
            spoken.Add(answer);
            var record = RecordOf(call, usage, fault: null) with { Words = spoken.WordsOf(request) };
            await writer.WriteAsync(record);
            shadows.Offer(served, record, request);
            return new Answered(Signed(call, answer), usage, record.AmountMicros, record.Milliseconds);
        }
        catch (Exception fault) when (fault is VertexException or OperationCanceledException or PortalException)
        {
            var told = GatewayException.Of(fault);
            Note(served, told);
            await writer.WriteAsync(RecordOf(call, CallUsage.None, told));
            throw told;
        }
    }

    /// <summary>
    /// The chunks of an answer as they come, but for one that ends it, which is held back so that the last leaves after the record.
    /// Whoever stops in the middle waits for nothing; the rest is read all the same, as it is billed.
    /// </summary>
    /// <param name="gone">The caller went away.</param>
    public async IAsyncEnumerable<VertexGenerateContentResponse> StreamAsync(
        Served served, Caller caller, VertexGenerateContentRequest request, [EnumeratorCancellation] CancellationToken gone)
    {
        writer.RequireRoom();
        health.RequireWell(scope.TenantId);
        var whole = AskedCall.Of(served, request);
        var call = await HeldAsync(Begin(served, caller, streamed: true), whole);
        var stream = new VendorStream(whole, ct => OpenAsync(served, whole.Json, ct), options.Value.CallLimit, time);
        VertexGenerateContentResponse? held = null;
        var isLeft = true;
        try
        {
            while (await stream.NextAsync(gone) is { } chunk)
            {
                if (held is not null)
                {
                    yield return held;
                }

                held = Signed(call, chunk);
                if (!IsAnEnd(chunk))
                {
                    yield return held;
                    held = null;
                }
            }

            isLeft = false;
            Note(served, stream.Fault);
        }
        finally
        {
            if (isLeft)
            {
                left.Take(stream, Recorded);
            }
        }

        await using (stream)
        {
            var record = Recorded(stream);
            await writer.WriteAsync(record);
            if (record.Words is not null)
            {
                shadows.Offer(served, record, request);
            }
        }

        if (held is not null)
        {
            yield return held;
        }

        if (stream.Fault is not null)
        {
            throw stream.Fault;
        }

        CallRecord Recorded(VendorStream of) => RecordOf(call, of.Usage, of.Fault) with { Words = of.IsWhole ? of.Spoken.WordsOf(request) : null };
    }

    /// <summary>Tokens of the prompt as it would be billed, the recipe's own included. Free, so not on record.</summary>
    public async Task<int> CountAsync(Served served, VertexGenerateContentRequest request, CancellationToken ct)
    {
        var asked = RecipeTurns.Apply(served.Recipe, request);
        try
        {
            var session = await connect.OpenAsync(ct);
            var count = new VertexCountTokensRequest { Contents = asked.Contents, SystemInstruction = asked.SystemInstruction, Tools = asked.Tools };
            return (await session.Vertex.CountTokensAsync(served.ModelName, count, ct)).TotalTokens;
        }
        catch (VertexException fault)
        {
            throw GatewayException.From(fault);
        }
    }

    /// <summary>A call that was refused for what it said, so that its sender finds it among the errors.</summary>
    public Task RecordRefusalAsync(Served served, Caller caller, GatewayException refusal, bool streamed) =>
        writer.WriteAsync(RecordOf(Begin(served, caller, streamed), CallUsage.None, refusal));

    /// <summary>Null where there is no such endpoint, or no such deployment any more.</summary>
    private async Task<Served?> PinnedAsync(PortalDbContext db, IQueryable<Endpoint> endpoints, string pinned, CancellationToken ct) =>
        await endpoints.SingleOrDefaultAsync(ct) is { } endpoint && await BehindAsync(db, d => d.Id == pinned, ct) is [var behind] ? ServedBy(ServedEndpoint.Of(endpoint), behind) : null;

    private static async Task<List<Behind>> BehindAsync(PortalDbContext db, Expression<Func<Deployment, bool>> which, CancellationToken ct)
    {
        var found = await (
            from deployment in db.Deployments.AsNoTracking().Where(which)
            join candidate in db.Candidates.AsNoTracking() on deployment.CandidateId equals candidate.Id
            join recipe in db.Recipes.AsNoTracking() on candidate.RecipeId equals recipe.Id
            join model in db.CatalogueModels.AsNoTracking() on deployment.BaseModelId equals model.Id
            select new { deployment.Id, deployment.Number, candidate.ModelName, Recipe = recipe, Model = model }).ToListAsync(ct);
        return [.. found.Select(f => new Behind(new ServedDeployment(f.Id, f.Number), f.ModelName, f.Recipe.Content, f.Model))];
    }

    private Served ServedBy(ServedEndpoint endpoint, Behind behind)
    {
        if (behind.Model.PricesAt(time.GetUtcNow().UtcDateTime) is not { } prices)
        {
            logger.LogError("Deployment {Deployment} is live but {Model} has lost its price", behind.Deployment.Id, behind.Model.Id);
            throw new GatewayException(503, VertexErrorStatus.Unavailable, "This model has no price just now, so it does not answer. Its owner has been told.");
        }

        return new Served(endpoint, behind.Deployment, behind.ModelName, behind.Recipe, prices) { Json = behind.Json };
    }

    private async IAsyncEnumerable<VertexGenerateContentResponse> OpenAsync(
        Served served, byte[] asked, [EnumeratorCancellation] CancellationToken ct)
    {
        var session = await connect.OpenAsync(ct);
        await foreach (var chunk in session.Vertex.StreamGenerateContentOfJsonAsync(served.ModelName, asked, ct))
        {
            yield return chunk;
        }
    }

    private void Note(Served served, GatewayException? fault)
    {
        if (!served.IsCanary)
        {
            health.Note(scope.TenantId, fault);
        }
    }

    private Call Begin(Served served, Caller caller, bool streamed) =>
        new(scope.TenantId, served, caller, PublicId.Create("ans", time.GetUtcNow().UtcDateTime), time.GetTimestamp(), streamed);

    private async ValueTask<Call> HeldAsync(Call call, AskedCall asked) =>
        call with { Hold = await holds.HoldAsync(new CallCost(call.Served.Endpoint.ProjectId, call.Caller.KeyId, call.Served.Prices), call.TenantId, asked) };

    /// <summary>A reason why it ended, or no candidate: a block, or the count alone. Something may follow all the same.</summary>
    private static bool IsAnEnd(VertexGenerateContentResponse chunk) => chunk.Candidates is [] || chunk.Candidates.Any(c => c.FinishReason is not "");

    private static VertexGenerateContentResponse Signed(Call call, VertexGenerateContentResponse answer) =>
        answer with { ModelVersion = call.Served.ModelVersion, ResponseId = call.ResponseId };

    private CallRecord RecordOf(Call call, CallUsage usage, GatewayException? fault) => new(
        call.TenantId, call.Served.Endpoint.ProjectId, call.Served.Endpoint.Id, call.Served.Deployment.Id, call.Caller.KeyId, call.Caller.Source, call.ResponseId)
    {
        Status = fault?.Code ?? 200,
        Problem = fault?.Status ?? "",
        IsStreamed = call.IsStreamed,
        Milliseconds = (int)time.GetElapsedTime(call.Started).TotalMilliseconds,
        Usage = usage,
        InputPrice = call.Served.Prices.Input,
        OutputPrice = call.Served.Prices.Output,
        At = time.GetUtcNow().UtcDateTime,
        Hold = call.Hold,
        ByUserId = call.Caller.KeyId is null ? current.UserId : "",
    };

    private sealed record Call(string TenantId, Served Served, Caller Caller, string ResponseId, long Started, bool IsStreamed, CallHold? Hold = null);
}
