using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Monitor;

/// <summary>Slices with more calls than are read at once, which are added up bit by bit.</summary>
public sealed class RollupInPartsTests : IDisposable
{
    /// <summary>Ten minutes before a day ends, and with it an hour.</summary>
    private static readonly DateTime s_begin = new(2026, 11, 23, 23, 50, 0, DateTimeKind.Utc);

    private static readonly DateTime s_end = s_begin.AddMinutes(30);

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(90);

    private readonly HurriedTime _time = new(s_begin);
    private readonly PortalDatabase _database;

    public RollupInPartsTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    /// <summary>Calls late by up to the grace, in no order, some slices with many and some with none; two who work in turn, killed now and then before they commit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Sums_OfWhateverCameWhenever_AreToTheDigitThoseOfOnePass(int seed)
    {
        var calls = await AddUpAsync(new Random(seed), s_grace);

        var expected = OnePass(calls);
        Assert.Equal(Words(expected), await WordsAsync(SliceGrain.FiveMinutes));
        Assert.Equal(Words(Coarser(expected, TrafficSlice.HourStart)), await WordsAsync(SliceGrain.Hour));
        Assert.Equal(calls.Count(c => c.Log.At < s_begin.AddMinutes(10)), (await SlicesAsync(SliceGrain.Day)).Sum(s => s.Calls));
        Assert.Empty(await SlicesAsync(SliceGrain.Settled));
    }

    /// <summary>What the test above would see if something were kept too early.</summary>
    [Fact]
    public async Task Sums_OfCallsLaterThanTheGrace_DifferFromThoseOfOnePass()
    {
        var calls = await AddUpAsync(new Random(1), s_grace * 3);

        Assert.NotEqual(Words(OnePass(calls)), await WordsAsync(SliceGrain.FiveMinutes));
    }

    [Fact]
    public async Task Calls_ThatAreSettled_AreReadOnce()
    {
        var place = await DeployAsync();
        var random = new Random(5);
        await AddAsync([.. Enumerable.Range(0, 9_000).Select(i => CallAt(random, place, s_begin.AddMilliseconds(10 * i)))]);
        var reads = new CallsRead();
        List<int> each = [];
        foreach (var seconds in new[] { 90, 200, 230, 260, 400 })
        {
            _time.SetUtcNow(s_begin.AddSeconds(seconds));
            each.Add(await reads.DuringAsync(() => RunAsync(place, reads)));
            Assert.Equal(9_000, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
        }

        Assert.InRange(each[0], 9_000, 9_010);
        Assert.InRange(each[1], 9_000, 9_010);
        Assert.All(each.Skip(2), read => Assert.InRange(read, 1_000, 1_010));
        Assert.Empty(await SlicesAsync(SliceGrain.Settled));
    }

    [Fact]
    public async Task Calls_OfTheSliceThatBegan_AreShown_WhileTheOneBeforeWaitsForItsLast()
    {
        var place = await DeployAsync();
        var random = new Random(5);
        await AddAsync([CallAt(random, place, s_begin.AddSeconds(250)), CallAt(random, place, s_begin.AddSeconds(305))]);
        _time.SetUtcNow(s_begin.AddSeconds(310));
        await RunAsync(place);
        Assert.Equal([1L, 1L], (await SlicesAsync(SliceGrain.FiveMinutes)).Select(s => s.Calls));

        await AddAsync([CallAt(random, place, s_begin.AddSeconds(299)), CallAt(random, place, s_begin.AddSeconds(311))]);
        foreach (var seconds in new[] { 341, 400, 700 })
        {
            _time.SetUtcNow(s_begin.AddSeconds(seconds));
            await RunAsync(place);
            var slices = await SlicesAsync(SliceGrain.FiveMinutes);
            Assert.Equal([2L, 2L], slices.GroupBy(s => s.From).OrderBy(g => g.Key).Select(g => g.Sum(s => s.Calls)));
        }
    }

    [Fact]
    public async Task Calls_BeyondWhatIsReadAgainEachTime_AreShownWhenTheyAreSettled()
    {
        var place = await DeployAsync();
        var random = new Random(5);
        await AddAsync([.. Enumerable.Range(0, 26_000).Select(i => CallAt(random, place, s_begin.AddMilliseconds(i)))]);
        _time.SetUtcNow(s_begin.AddSeconds(30));
        await RunAsync(place);
        Assert.InRange((await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls), 19_900, 20_000);

        _time.SetUtcNow(s_begin.AddSeconds(130));
        await RunAsync(place);
        Assert.Equal(26_000, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
    }

    [Fact]
    public async Task Run_OfVeryMany_RestsAfterEachPart_AndLeavesTheRestToTheNext()
    {
        var place = await DeployAsync();
        var random = new Random(5);
        await AddAsync([.. Enumerable.Range(0, 17_000).Select(i => CallAt(random, place, s_begin.AddMilliseconds(i)))]);
        var reads = new CallsRead { EachTakes = () => _time.Advance(TimeSpan.FromSeconds(2)) };
        _time.SetUtcNow(s_begin.AddMinutes(20));

        var began = _time.Now;
        await RunAsync(place, reads);
        Assert.InRange(_time.Now - began, TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(26));
        Assert.All(_time.Waits, wait => Assert.Equal(TimeSpan.FromSeconds(4), wait));
        var kept = (await SlicesAsync(SliceGrain.Settled)).Sum(s => s.Calls);
        Assert.InRange(kept, 5_000, 9_000);
        // Another goes on at once.
        for (var i = 0; i < 6; i++)
        {
            await RunAsync(place, reads);
        }

        Assert.Equal(17_000, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
        Assert.Empty(await SlicesAsync(SliceGrain.Settled));
    }

    [Fact]
    public async Task Run_WhileAnotherIsAtIt_DoesNothing()
    {
        var place = await DeployAsync();
        await AddAsync([CallAt(new Random(5), place, s_begin)]);
        await RunAsync(place);
        await AddAsync([CallAt(new Random(6), place, s_begin.AddSeconds(1))]);
        await RunAsync(place);
        Assert.Equal(1, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));

        _time.Advance(TimeSpan.FromSeconds(30));
        await RunAsync(place);
        Assert.Equal(2, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
    }

    [Fact]
    public async Task Run_OfOneWhoWasTooSlow_LosesToWhoWentOn()
    {
        var place = await DeployAsync();
        var random = new Random(5);
        await AddAsync([.. Enumerable.Range(0, 5_000).Select(i => CallAt(random, place, s_begin.AddMilliseconds(i)))]);
        await RunAsync(place);
        _time.SetUtcNow(s_begin.AddSeconds(120));
        var isTaken = false;
        var slow = new Killer
        {
            BeforeBegin = async () =>
            {
                if (!isTaken)
                {
                    isTaken = true;
                    _time.Advance(TimeSpan.FromSeconds(31));
                    await AddAsync([CallAt(random, place, s_begin.AddSeconds(140))]);
                    await RunAsync(place);
                }
            },
        };

        await RunAsync(place, slow);

        Assert.True(isTaken);
        Assert.Equal(5_001, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
        _time.SetUtcNow(s_begin.AddSeconds(400));
        await RunAsync(place);
        Assert.Equal(5_001, (await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls));
    }

    /// <returns>All calls that came before the end.</returns>
    private async Task<List<Call>> AddUpAsync(Random random, TimeSpan latest)
    {
        var place = await DeployAsync();
        var calls = Arrivals(random, place, latest).OrderBy(a => a.At).ToList();
        Killer[] killers = [new(), new()];
        var (there, step) = (0, 0);
        while (_time.Now < s_end)
        {
            _time.Advance(TimeSpan.FromSeconds(random.Next(5, 70)));
            var come = calls.Skip(there).TakeWhile(a => a.At <= _time.Now).Select(a => a.Call).ToList();
            await AddAsync(come);
            there += come.Count;
            var killer = killers[step++ % 2];
            killer.Kills = random.Next(4) is 0;
            await RunAsync(place, killer);
            Assert.InRange((await SlicesAsync(SliceGrain.FiveMinutes)).Sum(s => s.Calls), 0, there);
        }

        // An hour and a day are closed by a call that comes after them.
        await AddAsync([CallAt(random, place, s_end.AddMinutes(70))]);
        for (var i = 0; i < 4; i++)
        {
            _time.SetUtcNow(s_end.AddMinutes(80 + i));
            await RunAsync(place);
        }

        Assert.Equal(calls.Count, there);
        Assert.True(killers.Sum(k => k.Killed) > 2, "Hardly anybody was killed.");
        Assert.True(killers.Sum(k => k.Kept) > 3, "Hardly anything was kept.");
        return [.. calls.Select(a => a.Call)];
    }

    /// <summary>One pass over all calls in the order of their time.</summary>
    private static List<(DateTime From, string Deployment, string Key, TrafficTally Tally)> OnePass(IEnumerable<Call> calls) =>
    [.. calls.OrderBy(c => c.Log.At).ThenBy(c => c.Log.ResponseId, StringComparer.Ordinal).GroupBy(c => (From: TrafficSlice.FineStart(c.Log.At), c.Log.DeploymentId, Key: c.Log.ApiKeyId ?? "")).Select(g =>
    {
        var tally = new TrafficTally();
        foreach (var (log, trait) in g)
        {
            tally.Add(
                new CallFigures(log.DeploymentId, "", log.ResponseId, log.At, log.Status, log.Milliseconds, log.InputTokens, log.CachedTokens, log.OutputTokens, log.AmountMicros),
                trait is null ? null : new TraitFigures(trait.ResponseId, trait.Length, trait.Language, trait.Label, trait.IsValid, trait.IsBlocked, trait.Confidence, trait.Sketch), null);
        }

        return (g.Key.From, g.Key.DeploymentId, g.Key.Key, tally);
    })];

    private static List<(DateTime From, string Deployment, string Key, TrafficTally Tally)> Coarser(List<(DateTime From, string Deployment, string Key, TrafficTally Tally)> sums, Func<DateTime, DateTime> from) =>
    [.. sums.OrderBy(s => s.From).GroupBy(s => (From: from(s.From), s.Deployment, s.Key)).Select(g =>
    {
        var tally = new TrafficTally();
        foreach (var sum in g)
        {
            tally.Add(sum.Tally);
        }

        return (g.Key.From, g.Key.Deployment, g.Key.Key, tally);
    })];

    private static List<string> Words(List<(DateTime From, string Deployment, string Key, TrafficTally Tally)> sums) =>
        [.. sums.Select(s => Word(s.From, s.Deployment, s.Key, s.Tally)).Order(StringComparer.Ordinal)];

    private static string Word(DateTime from, string deployment, string key, TrafficTally tally) =>
        $"{from:O} {deployment} {key} {tally.Calls} {tally.Errors} {tally.InputTokens} {tally.OutputTokens} {tally.AmountMicros} {tally.ToFigures().ToStored()}";

    private static TrafficTally Tally(TrafficSlice slice)
    {
        var tally = new TrafficTally();
        tally.Add(slice);
        return tally;
    }

    private static IEnumerable<(DateTime At, Call Call)> Arrivals(Random random, Place place, TimeSpan latest)
    {
        int[] many = [4_500, 20, 7_000, 0, 3_000];
        foreach (var (slice, count) in many.Index())
        {
            var moment = s_begin.AddMinutes(5 * slice).AddMilliseconds(random.Next(300_000));
            for (var i = 0; i < count; i++)
            {
                // Many in one moment, more than a part has in the first; the others to ten milliseconds, so that some share theirs.
                var at = i < 2_200 && slice is 0 ? moment : s_begin.AddMinutes(5 * slice).AddMilliseconds(10 * random.Next(30_000));
                var late = random.Next(10) is 0 ? latest * random.NextDouble() * 0.99 : TimeSpan.FromSeconds(random.NextDouble());
                yield return (at + late, CallAt(random, place, at));
            }
        }
    }

    private static Call CallAt(Random random, Place place, DateTime at)
    {
        var (id, status) = ($"ans_{random.NextInt64():x16}{random.NextInt64():x16}", random.Next(12) switch { 0 => 502, 1 => 400, _ => 200 });
        var log = new InferenceLog
        {
            ProjectId = place.ProjectId, EndpointId = place.EndpointId, DeploymentId = place.Deployments[random.Next(2)], ApiKeyId = random.Next(3) is 0 ? null : "key_1", Source = UsageSource.Endpoint, ResponseId = id,
            Status = status, Milliseconds = random.Next(2_000), InputTokens = random.Next(900), CachedTokens = random.Next(3), OutputTokens = random.Next(90), AmountMicros = random.Next(9_000), At = at,
        };
        return new Call(log, status is not 200 ? null : new CallTrait
        {
            ProjectId = place.ProjectId, EndpointId = place.EndpointId, ResponseId = id, At = at, Length = random.Next(9_000), Language = random.Next(2) is 0 ? "English" : "German",
            Label = $"label {random.Next(300)}", IsValid = random.Next(9) > 0, IsBlocked = random.Next(50) is 0, Confidence = random.Next(9) is 0 ? null : random.NextDouble(),
        });
    }

    private async Task AddAsync(List<Call> calls)
    {
        await using var db = _database.CreateDbContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.InsertNewAsync(calls.ConvertAll(c => c.Log), CancellationToken.None);
        await db.InsertNewAsync([.. calls.Select(c => c.Trait).OfType<CallTrait>()], CancellationToken.None);
        await transaction.CommitAsync();
    }

    private async Task RunAsync(Place place, IInterceptor? watch = null)
    {
        var (scope, dbs) = (new TenantScope(), new Watched(_database, watch is null ? [] : [watch]));
        dbs.Scope = scope;
        var member = new CurrentMember(scope);
        var training = new TrainingMix(dbs, new ExampleService(dbs, member, _time), new ProjectService(dbs, member, [], _time), new KnownPairs());
        var worker = new RollupWorker(scope, dbs, training, _time, NullLogger<RollupWorker>.Instance);
        try
        {
            await worker.RunAsync(_database.Scope.TenantId, place.EndpointId, CancellationToken.None);
        }
        catch (KilledException)
        {
            // As it is when a process dies: nobody clears up.
        }
    }

    private async Task<List<string>> WordsAsync(SliceGrain grain) =>
        [.. (await SlicesAsync(grain)).Where(s => s.From < s_end).Select(s => Word(s.From, s.DeploymentId, s.CallerId, Tally(s))).Order(StringComparer.Ordinal)];

    private async Task<List<TrafficSlice>> SlicesAsync(SliceGrain grain)
    {
        await using var db = _database.CreateDbContext();
        return await db.TrafficSlices.AsNoTracking().Where(s => s.Grain == grain).OrderBy(s => s.From).ToListAsync();
    }

    private async Task<Place> DeployAsync()
    {
        await using var db = _database.CreateDbContext();
        var project = db.Projects.Add(new Project { CreatedByUserId = "usr_1" }).Entity;
        project.Rename("Topics");
        db.Add(new TaskDefinition { ProjectId = project.Id });
        var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), db.Now)).Entity;
        var candidate = db.Candidates.Add(new Candidate { ProjectId = project.Id, Name = "Flash", Rung = Rung.Prompt, BaseModelId = "flash", ModelName = "flash", RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "prompt", CreatedAt = db.Now }).Entity;
        var endpoint = db.Endpoints.Add(new Endpoint { ProjectId = project.Id, Name = "topics", CreatedAt = db.Now }).Entity;
        List<string> deployments = [];
        for (var i = 0; i < 2; i++)
        {
            deployments.Add(db.Deployments.Add(new Deployment
            {
                ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "flash",
                Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
            }).Entity.Id);
        }

        await db.SaveChangesAsync();
        return new Place(project.Id, endpoint.Id, deployments);
    }

    private sealed record Place(string ProjectId, string EndpointId, List<string> Deployments);

    private sealed record Call(InferenceLog Log, CallTrait? Trait);

    private sealed class KilledException : Exception;

    /// <summary>A node of its own that sees the same rows.</summary>
    private sealed class Watched(PortalDatabase database, IInterceptor[] watch) : IDbContextFactory<PortalDbContext>
    {
        public TenantScope Scope { get; set; } = new();

        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(Scope, watch);
    }

    /// <summary>Waits for nothing, and knows how long it would have waited.</summary>
    private sealed class HurriedTime(DateTime now) : FakeTimeProvider(new DateTimeOffset(now))
    {
        public List<TimeSpan> Waits { get; } = [];

        public DateTime Now => GetUtcNow().UtcDateTime;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            Advance(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    /// <summary>Ends a process between its last statement and its commit.</summary>
    private sealed class Killer : DbTransactionInterceptor
    {
        public bool Kills { get; set; }

        public int Killed { get; private set; }

        /// <summary>How often somebody committed while something was kept.</summary>
        public int Kept { get; private set; }

        public Func<Task> BeforeBegin { get; init; } = () => Task.CompletedTask;

        public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
        {
            await BeforeBegin();
            return result;
        }

        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            if (Kills)
            {
                Killed++;
                throw new KilledException();
            }

            Kept += await ((PortalDbContext)eventData.Context!).TrafficSlices.AnyAsync(s => s.Grain == SliceGrain.Settled, cancellationToken) ? 1 : 0; // it is the context's own transaction
            return result;
        }
    }

    /// <summary>Counts the calls that were read by contexts that it watches.</summary>
    private sealed class CallsRead : DbCommandInterceptor
    {
        private int _count;

        public Action EachTakes { get; init; } = () => { };

        public async Task<int> DuringAsync(Func<Task> act)
        {
            var before = _count;
            await act();
            return _count - before;
        }

        public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
        {
            Count(command, eventData.ReadCount);
            return result;
        }

        private void Count(DbCommand command, int rows)
        {
            if (command.CommandText.Contains("\"Milliseconds\"", StringComparison.Ordinal))
            {
                _count += rows;
                EachTakes();
            }
        }
    }
}
