using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

/// <summary>What one cell came to: what was said, what changed, and what of somebody else's was seen in either.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Changes">What is not as it was.</param>
/// <param name="Faults">What of others was seen.</param>
/// <param name="Asked">How often the database was asked: the time that an answer takes, without a clock.</param>
/// <param name="Logged">What stands in the log.</param>
internal sealed record Cell(Outcome Outcome, IReadOnlyList<Change> Changes, IReadOnlyList<string> Faults, int Asked, IReadOnlyList<string> Logged)
{
    /// <summary>All that could tell two cells apart for the one who asks, but for the ids that were asked for.</summary>
    /// <param name="isTimed">Whether the time counts.</param>
    public string Told(Holdings asked, IEnumerable<string> kinds, bool isTimed = true) =>
        new Outcome(Outcome.Said, kinds.SelectMany(k => asked[k].Split(Holdings.And)).Select(id => id.Trim()).Where(id => id is not "").Aggregate(Outcome.Text, (text, id) => text.Replace(id, "{asked}", StringComparison.OrdinalIgnoreCase))).Plain
        + $" | {string.Join(',', Changes.Select(c => $"{c.Table} {c.Kind}").Order(StringComparer.Ordinal))}{(isTimed ? $" | {Asked} commands" : "")}";
}

/// <summary>Runs cells on a world and looks through all that came of each for what belongs to others.</summary>
internal sealed class Matrix(IsolationWorld world)
{
    public IsolationWorld World => world;

    public Census Census { get; } = new();

    public List<string> Faults { get; } = [];

    /// <summary>Whose things this person must not see a trace of.</summary>
    public IEnumerable<Holdings> StrangersTo(Person person) => person.Standing is Standing.Member or Standing.LookingIn ? [world.Other] : person.Name is "other-owner" ? [world.Own, world.Closed] : [world.Other, world.Closed];

    /// <summary>A use case, as somebody who came through the gate has it in a circuit.</summary>
    /// <param name="slug">Another organisation than the customer, where the person is a member.</param>
    public Task<Cell> CallAsync(UseCase useCase, Person person, Holdings asked, string? slug = null) => InsideAsync(
        person,
        async services =>
        {
            var arguments = await new Arguments(asked, person, services, OwnOf(person)).ForAsync(useCase.Method);
            world.Time.Now = person.Standing is Standing.RunOut ? ManualTime.Start.AddMinutes(3) : ManualTime.Start;
            return await CallAsync(services.GetService(useCase.Service) ?? ActivatorUtilities.CreateInstance(services, useCase.Service), useCase, arguments);
        },
        slug);

    /// <summary>Whatever somebody does who came through the gate.</summary>
    public Task<Cell> InsideAsync(Person person, Func<IServiceProvider, Task<Outcome>> act, string? slug = null) => WatchAsync(StrangersTo(person), async () =>
    {
        await using var scope = world.Scope();
        var services = scope.ServiceProvider;
        ((IHostEnvironmentAuthenticationStateProvider)services.GetRequiredService<AuthenticationStateProvider>()).SetAuthenticationState(Task.FromResult(new AuthenticationState(person.Principal)));
        return (slug is not null || person.Standing is not Standing.Barred) && !await services.GetRequiredService<MemberGate>().EnterAsync(person.Principal, slug ?? world.Own.Slug, "10.0.0.7", CancellationToken.None)
            ? new Outcome(Said.Broke, $"{person} was not let in.") : await act(services);
    });

    /// <summary>A worker, as Hangfire calls it: for whom, it is only told.</summary>
    public Task<Cell> WorkAsync(UseCase useCase, Holdings asked) => WatchAsync([world.Other], async () =>
    {
        await using var scope = world.Scope();
        var arguments = await new Arguments(asked, Worker, scope.ServiceProvider, world.Own).ForAsync(useCase.Method);
        return await CallAsync(scope.ServiceProvider.GetRequiredService(useCase.Service), useCase, arguments);
    });

    public static Person Worker { get; } = new("worker", Standing.Barred, "", "", "");

    /// <summary>The things of the one who asks: their own session with the organisation's.</summary>
    public Holdings OwnOf(Person person) => (person.Name is "other-owner" ? world.Other : world.Own).With("session", person.SessionId);

    public void Fail(string surface, Person person, string substitution, string fault) => Faults.Add($"{surface} as {person}, {substitution}: {fault}");

    public void Take(string surface, Person person, string substitution, Cell cell)
    {
        Census.Count(surface, person, cell.Outcome.Said);
        foreach (var fault in cell.Faults)
        {
            Fail(surface, person, substitution, fault);
        }
    }

    public async Task<Cell> WatchAsync(IEnumerable<Holdings> strangers, Func<Task<Outcome>> act)
    {
        world.Ears.Forget();
        Outcome outcome;
        try
        {
            outcome = await act();
        }
        finally
        {
            world.Time.Now = ManualTime.Start;
        }

        var asked = world.Ears.Asked;
        var changes = await world.State.TakeChangesAsync();
        return new Cell(outcome, changes, [.. strangers.SelectMany(s => Traces(s, outcome, changes))], asked, [.. world.Ears.Heard.Where(l => l.StartsWith("log ", StringComparison.Ordinal))]);
    }

    public static async Task<Outcome> CallAsync(object service, UseCase useCase, object?[] arguments)
    {
        try
        {
            return await Outcome.OfAsync(useCase.Method.Invoke(service, arguments));
        }
        catch (Exception fault) when (fault is not UnboundException)
        {
            return Outcome.Of(fault);
        }
    }

    private IEnumerable<string> Traces(Holdings stranger, Outcome outcome, IReadOnlyList<Change> changes)
    {
        if (outcome.Text.Contains(stranger.Canary, StringComparison.Ordinal))
        {
            yield return $"said what {stranger.Slug} wrote: {outcome.Text[..Math.Min(300, outcome.Text.Length)]}";
        }

        foreach (var line in world.Ears.Heard.Where(l => l.Contains(stranger.Canary, StringComparison.Ordinal)))
        {
            yield return $"let out what {stranger.Slug} wrote: {line[..Math.Min(300, line.Length)]}";
        }

        // The closed project's tenant is the asker's own.
        foreach (var change in changes.Where(c => c.Text.Contains(stranger.Canary, StringComparison.Ordinal) || stranger != world.Closed && c.Text.Contains(stranger.TenantId, StringComparison.Ordinal)))
        {
            yield return $"changed what is {stranger.Slug}'s: {change.Table} {change.Kind} {change.Text[..Math.Min(300, change.Text.Length)]}";
        }

        foreach (var job in world.Ears.Work.Where(j => stranger != world.Closed && j.Args.OfType<string>().Contains(stranger.TenantId)))
        {
            yield return $"began work of {stranger.Slug}: {job.Type.Name}";
        }
    }
}
