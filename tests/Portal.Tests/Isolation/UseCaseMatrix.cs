using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

/// <summary>
/// Use cases × people × whose ids they name. People whom a use case cannot tell apart are not all tried with others' ids: a filter knows
/// no roles, so one with every right, one with few, and consultants stand for all.
/// </summary>
internal sealed class UseCaseMatrix(Matrix matrix)
{
    private readonly IsolationWorld _world = matrix.World;
    private readonly Holdings _never = matrix.World.Own.Never();

    /// <summary>Methods that are parts of use cases: nothing from outside reaches them but through those.</summary>
    public List<string> Parts { get; } = [];

    private IEnumerable<Person> Inside => _world.People.Where(p => p.Standing is Standing.Member or Standing.Consultant);

    private Person Owner => _world.Person("owner");

    /// <summary>Owns the consultancy, and is inside it.</summary>
    private Person ConsultancyOwner => _world.Person("consultant");

    public async Task RunAsync(UseCase useCase)
    {
        if (Reasons.Inner.ContainsKey(useCase.ShortName))
        {
            return;
        }

        try
        {
            var kinds = Arguments.KindsOf(useCase.Method);
            if (useCase.IsEntry)
            {
                await OwnAsync(useCase);
            }

            if (!Reasons.Doors.ContainsKey(useCase.ShortName) && kinds.Count > 0)
            {
                await ForeignAsync(useCase, kinds);
            }
        }
        catch (UnboundException unbound) when (!useCase.IsEntry)
        {
            Parts.Add(unbound.Message);
        }
        catch (UnboundException unbound)
        {
            matrix.Faults.Add(unbound.Message);
        }
    }

    /// <summary>The cells by which a leak would show first: one person with every right, one of few projects, and others' ids.</summary>
    public async Task SampleAsync(UseCase useCase, bool thoroughly)
    {
        if (Reasons.Inner.ContainsKey(useCase.ShortName) || Reasons.Doors.ContainsKey(useCase.ShortName) || Reasons.Platforms.ContainsKey(useCase.ShortName))
        {
            return;
        }

        try
        {
            var kinds = Arguments.KindsOf(useCase.Method);
            matrix.Take(useCase.Name, Owner, "own ids", await matrix.CallAsync(useCase, Owner, matrix.OwnOf(Owner)));
            foreach (var named in kinds.Count > 1 && thoroughly ? kinds.Select(IReadOnlyList<string> (k) => [k]) : kinds.Count > 0 ? [kinds] : [])
            {
                await CompareAsync(useCase, Owner, named, isPlain: true);
            }
        }
        catch (UnboundException) when (!useCase.IsEntry)
        {
            // A part of others.
        }
    }

    /// <summary>Everybody with the ids of what is theirs: by which right, and that the rightful get there at all.</summary>
    private async Task OwnAsync(UseCase useCase)
    {
        Dictionary<Person, Outcome> said = [];
        foreach (var person in Inside.Append(_world.Person("run-out")))
        {
            var cell = await matrix.CallAsync(useCase, person, matrix.OwnOf(person));
            matrix.Take(useCase.Name, person, "own ids", Reasons.Doors.ContainsKey(useCase.ShortName) ? cell with { Faults = [] } : cell);
            said[person] = cell.Outcome;
        }

        if (Reasons.Doors.ContainsKey(useCase.ShortName))
        {
            return;
        }

        foreach (var (person, outcome) in said.Where(s => (s.Value.Said is Said.Broke) != Reasons.Platforms.ContainsKey(useCase.ShortName)))
        {
            matrix.Fail(useCase.Name, person, "own ids", $"broke: {outcome.Text}");
        }

        if (Reasons.Platforms.ContainsKey(useCase.ShortName))
        {
            return;
        }

        // The twin: from the other side of the border it looks the same, and nothing that was just read here is seen there.
        var twin = await matrix.CallAsync(useCase, _world.Person("other-owner"), matrix.OwnOf(_world.Person("other-owner")), _world.Other.Slug);
        matrix.Take(useCase.Name, _world.Person("other-owner"), "own ids", twin);
        if (twin.Outcome.Said != said[Owner].Said)
        {
            matrix.Fail(useCase.Name, _world.Person("other-owner"), "own ids", $"is answered otherwise than its twin.\n      said {twin.Outcome.Plain}\n      else {said[Owner].Plain}");
        }

        if (said[Owner].Said is Said.NotFound)
        {
            await ElsewhereAsync(useCase, said);
        }
        else
        {
            CheckRights(useCase, said);
            await LookInAsync(useCase);
        }
    }

    /// <summary>An admin in a member's place sees what is there, and changes nothing but the log that says so.</summary>
    private async Task LookInAsync(UseCase useCase)
    {
        var person = _world.Person("looking-in");
        var cell = await matrix.CallAsync(useCase, person, matrix.OwnOf(person));
        matrix.Take(useCase.Name, person, "own ids", cell);
        if (cell.Outcome.Said is Said.Broke)
        {
            matrix.Fail(useCase.Name, person, "own ids", $"broke: {cell.Outcome.Text}");
        }

        foreach (var change in cell.Changes.Where(c => c.Table is not ("AuditEntry" or "AuditHead") && !Reasons.Ends.ContainsKey(useCase.ShortName)))
        {
            matrix.Fail(useCase.Name, person, "own ids", $"changed something, and looks in only to see: {change}");
        }
    }

    /// <summary>Not for the members of a customer: then for those of a consultancy, or for the platform's admins, and somebody gets there.</summary>
    private async Task ElsewhereAsync(UseCase useCase, Dictionary<Person, Outcome> said)
    {
        var there = await matrix.CallAsync(useCase, ConsultancyOwner, matrix.OwnOf(ConsultancyOwner), "counsel");
        matrix.Take(useCase.Name, ConsultancyOwner, "own ids, at the consultancy", there);
        if (there.Outcome.Said is Said.Answered or Said.Refused)
        {
            await CompareAsync(useCase, ConsultancyOwner, Arguments.KindsOf(useCase.Method), "counsel");
            await AmongOwnAsync(useCase, ConsultancyOwner, "counsel");
            return;
        }

        var admin = _world.Person("platform-admin");
        var cell = await matrix.CallAsync(useCase, admin, _world.Own);
        // Admins read every organisation's figures.
        matrix.Take(useCase.Name, admin, "own ids", cell with { Faults = [] });
        if (cell.Outcome.Said is not (Said.Answered or Said.Refused))
        {
            matrix.Fail(useCase.Name, admin, "own ids", $"nobody gets there, so nothing was tried: {cell.Outcome.Plain}");
        }

        foreach (var (person, outcome) in said.Where(s => s.Value.Said is not Said.NotFound))
        {
            matrix.Fail(useCase.Name, person, "own ids", $"gets there beside the platform's admins: {outcome.Plain}");
        }
    }

    private void CheckRights(UseCase useCase, Dictionary<Person, Outcome> said)
    {
        foreach (var (person, outcome) in said.Where(s => s.Value.Said is Said.NotFound && s.Key.Standing is Standing.Member && !Reasons.Personal.ContainsKey(useCase.ShortName)))
        {
            matrix.Fail(useCase.Name, person, "own ids", $"is told that it is not there, where a right is lacking: {outcome.Plain}");
        }

        var members = said.Where(s => s.Key.Standing is Standing.Member).ToList();
        var asked = members.Select(m => m.Value.Lacking).OfType<Permission>().Distinct().ToList();
        foreach (var (person, outcome) in members)
        {
            var rights = Permissions.Of(Enum.Parse<MemberRole>(person.Name, ignoreCase: true));
            if (outcome.Lacking is { } lacking ? rights.Contains(lacking) : asked.Any(a => !rights.Contains(a)))
            {
                matrix.Fail(useCase.Name, person, "own ids", $"the right that is asked for ({string.Join(", ", asked)}) is not the one that decides: {outcome.Plain}");
            }
        }

        if (asked.Count is 0 != Reasons.EveryMembers.ContainsKey(useCase.ShortName))
        {
            matrix.Faults.Add(asked.Count is 0
                ? $"{useCase.Name} asks for no right. Let it ask, or say in {nameof(Reasons)} why every member may."
                : $"{useCase.Name} asks for {string.Join(", ", asked)}: it needs no reason any more in {nameof(Reasons)}.");
        }

        // Whoever may not is answered with nothing, before anything is read.
        if (said[_world.Person("run-out")] is { Said: Said.Answered, Text: not "[] " } late && !Reasons.Readless.ContainsKey(useCase.ShortName))
        {
            matrix.Fail(useCase.Name, _world.Person("run-out"), "own ids", $"goes on after the grant ran out: {late.Plain}");
        }
    }

    /// <summary>Another's ids must be as good as ids that never were.</summary>
    private async Task ForeignAsync(UseCase useCase, IReadOnlyList<string> kinds)
    {
        foreach (var person in new[] { Owner, _world.Person("viewer"), _world.Person("consultant"), _world.Person("consultant-of-both") })
        {
            // One thing of another's among things of one's own, and all of them another's.
            var isThorough = person.Name is "owner" or "consultant";
            foreach (var named in kinds.Count > 1 && isThorough ? kinds.Select(IReadOnlyList<string> (k) => [k]).Append(kinds) : [kinds])
            {
                await CompareAsync(useCase, person, named);
            }

            await AmongOwnAsync(useCase, person);
        }
    }

    private async Task CompareAsync(UseCase useCase, Person person, IReadOnlyList<string> kinds, string? slug = null, bool isPlain = false)
    {
        var (own, isTimed) = (matrix.OwnOf(person), !Reasons.Slower.ContainsKey(useCase.ShortName));
        var nobody = await matrix.CallAsync(useCase, person, own.With(_never, kinds), slug);
        matrix.Take(useCase.Name, person, "ids of nobody", nobody);
        var told = nobody.Told(own.With(_never, kinds), kinds, isTimed);
        foreach (var stranger in matrix.StrangersTo(person).Where(s => kinds.Any(k => s[k] != own[k])))
        {
            var asked = own.With(stranger, kinds);
            var what = $"{string.Join(" and ", kinds)} of {stranger.Slug}{(stranger == _world.Closed ? "'s closed project" : "")}";
            var cell = await matrix.CallAsync(useCase, person, asked, slug);
            matrix.Take(useCase.Name, person, what, cell);
            Compare(useCase, person, what, cell.Told(asked, kinds, isTimed), told);
            if (cell.Outcome.Said is Said.Broke && useCase.IsEntry && !Reasons.Platforms.ContainsKey(useCase.ShortName))
            {
                matrix.Fail(useCase.Name, person, what, $"broke: {cell.Outcome.Text}");
            }

            // What somebody typed to ask for another organisation is their own words.
            foreach (var change in cell.Changes.Where(c => c.Kind is "now" && !Reasons.Typed.ContainsKey(useCase.ShortName) && kinds.Any(k => k is not "slug" && stranger[k] != own[k] && c.Text.Contains(stranger[k], StringComparison.Ordinal))))
            {
                matrix.Fail(useCase.Name, person, what, $"keeps another's id: {change.Table} {change.Text}");
            }
        }

        foreach (var (name, of) in person == Owner && !isPlain && kinds.Count == Arguments.KindsOf(useCase.Method).Count ? Spellings.All : [])
        {
            var asked = kinds.Aggregate(own, (all, kind) => all.With(kind, of(_world.Other[kind])));
            var cell = await matrix.CallAsync(useCase, person, asked, slug);
            var what = $"{string.Join(" and ", kinds)} of boreal, {name}";
            matrix.Take(useCase.Name, person, what, cell);
            if (cell.Outcome.Said is Said.Broke && useCase.IsEntry && !Reasons.Platforms.ContainsKey(useCase.ShortName))
            {
                matrix.Fail(useCase.Name, person, what, $"broke: {cell.Outcome.Text}");
            }

            if (cell.Told(asked, kinds, isTimed) != told)
            {
                // Refused for its spelling: then one of nobody is, too.
                var none = kinds.Aggregate(own, (all, kind) => all.With(kind, of(_never[kind])));
                Compare(useCase, person, what, cell.Told(asked, kinds, isTimed), (await matrix.CallAsync(useCase, person, none, slug)).Told(none, kinds, isTimed));
            }
        }
    }

    /// <summary>Another's id in the midst of one's own, where several are told at once.</summary>
    private async Task AmongOwnAsync(UseCase useCase, Person person, string? slug = null)
    {
        var (own, isTimed) = (matrix.OwnOf(person), !Reasons.Slower.ContainsKey(useCase.ShortName));
        foreach (var kind in Arguments.ListsOf(useCase.Method))
        {
            var none = own.With(kind, own[kind] + Holdings.And + _never[kind]);
            var nobody = await matrix.CallAsync(useCase, person, none, slug);
            foreach (var stranger in matrix.StrangersTo(person).Where(s => s[kind] != own[kind]))
            {
                var asked = own.With(kind, own[kind] + Holdings.And + stranger[kind]);
                var cell = await matrix.CallAsync(useCase, person, asked, slug);
                matrix.Take(useCase.Name, person, $"{kind} of {stranger.Slug} among one's own", cell);
                Compare(useCase, person, $"{kind} of {stranger.Slug} among one's own", cell.Told(asked, [kind], isTimed), nobody.Told(none, [kind], isTimed));
            }
        }
    }

    private void Compare(UseCase useCase, Person person, string what, string told, string nobody)
    {
        if (told != nobody)
        {
            matrix.Fail(useCase.Name, person, what, $"can be told from what never was.\n      said {told}\n      else {nobody}");
        }
    }
}
