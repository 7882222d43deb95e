using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Isolation;

/// <summary>A world whose portal can be put out of order while it runs.</summary>
public sealed class BreakableFixture : IAsyncLifetime
{
    internal IsolationWorld World { get; private set; } = null!; // before any test

    public async ValueTask InitializeAsync() => World = await IsolationWorld.StartAsync((services, self) =>
    {
        Breakage.Install(services);
        services.AddSingleton(self).AddScoped<Leaks>().AddScoped<TrustingWorker>();
    });

    public async ValueTask DisposeAsync() => await World.DisposeAsync();
}

/// <summary>The matrix on a portal that is wrong: it turns red for each fault, for the reason that it is there, and its twin stays green.</summary>
public sealed class SeededFaultTests(BreakableFixture fixture) : IClassFixture<BreakableFixture>
{
    private readonly FaultCensus _faults = new(fixture.World);

    private static bool IsBehind => TestServer.Provider is not DatabaseProvider.Sqlite;

    [Fact]
    public async Task UseCases_EachWrongInOneWay_AreFound()
    {
        foreach (var (method, fault) in new[]
        {
            (nameof(Leaks.ReadsByIdAloneAsync), "said what boreal wrote"), (nameof(Leaks.TellsWhetherItIsThereAsync), "can be told from what never was"),
            (nameof(Leaks.ChangesByIdAloneAsync), "changed what is boreal's"), (nameof(Leaks.LogsWhatItReadsAsync), "let out what boreal wrote"),
            (nameof(Leaks.BeginsWorkForWhoeverAsync), "began work of boreal"), (nameof(Leaks.KeepsWhatItIsGivenAsync), "keeps another's id"),
            (nameof(Leaks.AsksForNoRightAsync), "asks for no right"), (nameof(Leaks.DeniesThatItIsThereAsync), "where a right is lacking"),
            (nameof(Leaks.CachesForAllAsync), "said what atlas wrote"), (nameof(Leaks.TakesWhatNobodyKnowsAsync), "IPEndPoint is bound by nothing"),
            (nameof(Leaks.TakesAnIdOfWhatNobodyHasAsync), "an id of a ghost is bound by nothing"),
        })
        {
            var matrix = new Matrix(fixture.World);
            await new UseCaseMatrix(matrix).RunAsync(new UseCase(typeof(Leaks), typeof(Leaks).GetMethod(method)!, IsEntry: true)); // named above
            Assert.True(matrix.Faults.Any(f => f.Contains(fault, StringComparison.Ordinal)), $"{method} was not found: {string.Join('\n', matrix.Faults)}");
        }
    }

    /// <summary>On a server two nets hang under each table: with one cut the other holds it, with both cut it is seen.</summary>
    [Fact]
    public async Task Tables_EachWithoutItsFilter_AreFound()
    {
        var tables = TableMatrix.Find(fixture.World);
        var read = await ReadByAsync();
        var seen = 0;
        foreach (var table in tables)
        {
            var name = table.ClrType.Name;
            Task RunAsync(Matrix matrix) => new TableMatrix(matrix).RunAsync(table);
            if (IsBehind)
            {
                await _faults.GreenAsync($"{name} without its filter", breakage => CutAsync(breakage, PortalDbContext.TenantFilter, name), RunAsync);
                await SecureAsync([table], isOn: false);
                await _faults.GreenAsync($"{name} without its policies", _ => Task.CompletedTask, RunAsync);
                await SecureAsync([table], isOn: true);
            }

            await _faults.TryAsync($"{name} open to all", async breakage => await OpenAsync(breakage, table), RunAsync, "is given rows of boreal", () => SecureAsync([table], isOn: true));
            if (!typeof(ISeenByAll).IsAssignableFrom(table.ClrType))
            {
                await _faults.TryAsync($"{name} open to all projects", breakage => CutAsync(breakage, ProjectFilter.Name, name), RunAsync, Planting.LeadsToProject(table, []) ? "is given rows of" : "not of a project");
            }

            seen += await IsSeenAsync(table, read) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{_faults.Line("Tables")}; {seen} of {tables.Count} open tables are seen through a use case as well, the others behind a parent that is not found");
        Assert.True(_faults.Missed.Count is 0, string.Join('\n', _faults.Missed));
        Assert.True(tables.Count >= 45 && seen >= 20, $"{tables.Count} tables, {seen} seen");
    }

    [Fact]
    public async Task Layers_EachAlone_LetNothingThrough()
    {
        Assert.SkipUnless(IsBehind, "This database keeps nobody apart by itself.");
        var tables = TableMatrix.Find(fixture.World);
        var filters = await _faults.GreenAsync("row-level security alone", breakage => CutAsync(breakage, PortalDbContext.TenantFilter, null), SampleAsync);
        await SecureAsync(tables, isOn: false);
        var policies = await _faults.GreenAsync("the filters alone", _ => Task.CompletedTask, SampleAsync);
        await SecureAsync(tables, isOn: true);

        TestContext.Current.TestOutputHelper?.WriteLine(filters.Line("Without filters") + "\n" + policies.Line("Without policies"));
        Assert.True(_faults.Missed.Count is 0, string.Join('\n', _faults.Missed));

        async Task SampleAsync(Matrix matrix)
        {
            foreach (var useCase in Surfaces.UseCases(fixture.World.Registered).Where(u => u.Service != typeof(Leaks)))
            {
                await new UseCaseMatrix(matrix).SampleAsync(useCase, thoroughly: true);
            }
        }
    }

    [Fact]
    public async Task Guards_EachTakenAway_AreMissed()
    {
        var addresses = EndpointMatrix.Find(fixture.World.Services);
        foreach (var address in addresses.Where(a => a.Endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && a.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            async Task RunAsync(Matrix matrix)
            {
                using var cells = new EndpointMatrix(matrix);
                await (EndpointMatrix.IsPlatforms(address) ? cells.BesideAdminsAsync(address) : cells.AnonymousAsync(address));
            }

            if (address.Template is "/admin/api/margin.csv")
            {
                // Its service asks again whether it is an admin who asks.
                await _faults.GreenAsync($"{address} without its policy", breakage => Unguard(breakage, address), RunAsync);
                continue;
            }

            await _faults.TryAsync($"{address} without its policy", breakage => Unguard(breakage, address), RunAsync, EndpointMatrix.IsPlatforms(address) ? "gets there beside" : "is let in");
        }

        var page = Surfaces.Pages().First(p => p.Template is "/o/{Org}/projects/{ProjectId}");
        Task PageAsync(Matrix matrix) => new PageMatrix(matrix).RunAsync(page.Page, page.Template);
        await _faults.TryAsync("a grant that never ends", breakage => Task.FromResult(breakage.IsLate = true), PageAsync, "as expired-consultant, at its address: is shown something");
        await _faults.TryAsync("a break-glass visit of anybody's", breakage => Drop(breakage, "BreakGlassVisit", "(AdminUserId|SessionId|UserId)\" = @\\w+"), PageAsync, "as platform-admin, at its address: is shown something");
        await _faults.TryAsync("a page of any project", breakage => OpenAsync(breakage, Table<Portal.Features.Define.Project>()), m => DrawAsync<CarefulPage>(m, isGated: true), "said what boreal wrote", () => SecureAsync([Table<Portal.Features.Define.Project>()], isOn: true));

        var gateway = addresses.Where(a => a.Template is "/v1/models/{target}" or "/v1/chat/completions").ToList();
        await _faults.TryAsync("an endpoint that answers for any model", async breakage =>
        {
            await Drop(breakage, "Endpoint", "ProjectId\" (?:= @projects\\w*|(?:IN|= ANY) \\([^)]*\\))");
            await CutAsync(breakage, PortalDbContext.TenantFilter, null);
            await SecureAsync(TableMatrix.Find(fixture.World), isOn: false);
        }, KeysAsync, "reach what they must not", () => SecureAsync(TableMatrix.Find(fixture.World), isOn: true));
        await _faults.TryAsync("a key that was revoked", breakage => Drop(breakage, "ApiKey", "RevokedAt\" IS NULL"), KeysAsync, "opens as if it were good");
        await _faults.TryAsync("a key of whoever left", breakage => Drop(breakage, "Tenant", "ClosedAt\" IS NULL"), KeysAsync, "opens as if it were good");

        TestContext.Current.TestOutputHelper?.WriteLine(_faults.Line("Guards"));
        Assert.True(_faults.Missed.Count is 0, string.Join('\n', _faults.Missed));

        async Task KeysAsync(Matrix matrix)
        {
            using var cells = new EndpointMatrix(matrix);
            foreach (var address in gateway)
            {
                await cells.RunAsync(address);
            }

            await cells.SpentKeysAsync(gateway);
        }
    }

    [Fact]
    public async Task Parts_ThatBelieveWhatTheyAreTold_AreFound()
    {
        var worker = new Matrix(fixture.World);
        await new WorkerMatrix(worker).RunAsync(new UseCase(typeof(TrustingWorker), typeof(TrustingWorker).GetMethod(nameof(TrustingWorker.RunAsync))!, IsEntry: true)); // named above
        Assert.Contains(worker.Faults, f => f.Contains("changed what is boreal's", StringComparison.Ordinal));

        var (careful, leaky, open) = (new Matrix(fixture.World), new Matrix(fixture.World), new Matrix(fixture.World));
        await DrawAsync<CarefulPage>(careful, isGated: true);
        await DrawAsync<LeakyPage>(leaky, isGated: true);
        await DrawAsync<LeakyPage>(open, isGated: false);
        Assert.Empty(careful.Faults);
        Assert.Contains(leaky.Faults, f => f.Contains("said what boreal wrote", StringComparison.Ordinal));
        Assert.Contains(open.Faults, f => f.Contains("at its address: is shown something", StringComparison.Ordinal));
    }

    private static Task DrawAsync<T>(Matrix matrix, bool isGated) =>
        new PageMatrix(matrix, (page, asked) => BareRoute.Of(page, asked, isGated)).RunAsync(typeof(T), typeof(T).GetCustomAttribute<RouteAttribute>()!.Template); // pages have one

    private static Task CutAsync(Breakage breakage, string filter, string? entity) => Task.FromResult(breakage.Filters.Add((filter, entity)));

    private static Task Drop(Breakage breakage, string table, string condition, string instead = "1 = 1")
    {
        breakage.Conditions.Add((table, condition, instead));
        return Task.CompletedTask;
    }

    private static Task Unguard(Breakage breakage, Address address)
    {
        // Endpoints are made anew each time that somebody lists them.
        breakage.IsUnguarded = endpoint => endpoint is RouteEndpoint route && route.RoutePattern.RawText == address.Endpoint.RoutePattern.RawText && route.DisplayName == address.Endpoint.DisplayName;
        return Task.CompletedTask;
    }

    private async Task OpenAsync(Breakage breakage, IEntityType table)
    {
        await CutAsync(breakage, PortalDbContext.TenantFilter, table.ClrType.Name);
        await SecureAsync([table], isOn: false);
    }

    private IEntityType Table<T>() => TableMatrix.Find(fixture.World).Single(t => t.ClrType == typeof(T));

    /// <summary>Switches what the database itself keeps apart, where it does.</summary>
    private async Task SecureAsync(IEnumerable<IEntityType> tables, bool isOn)
    {
        if (IsBehind)
        {
            await using var owner = fixture.World.Database.CreateOwnerContext();
#pragma warning disable RS0030, EF1002 // As the owner of the tables, with names out of the model.
            await owner.Database.ExecuteSqlRawAsync(string.Concat(tables.Select(t => $"ALTER TABLE \"{t.GetTableName()}\" {(isOn ? "ENABLE" : "DISABLE")} ROW LEVEL SECURITY;")));
#pragma warning restore RS0030, EF1002
        }
    }

    /// <summary>Which use cases read which tables.</summary>
    private async Task<ILookup<string, UseCase>> ReadByAsync()
    {
        List<(string Table, UseCase UseCase)> read = [];
        foreach (var useCase in Surfaces.UseCases(fixture.World.Registered).Where(u => u.IsEntry && u.Service != typeof(Leaks)))
        {
            var tables = _faults.Breakage.Read = [];
            await new UseCaseMatrix(new Matrix(fixture.World)).SampleAsync(useCase, thoroughly: false);
            read.AddRange(tables.Select(t => (t, useCase)));
        }

        _faults.Breakage.Read = null;
        return read.ToLookup(r => r.Table, r => r.UseCase);
    }

    private async Task<bool> IsSeenAsync(IEntityType table, ILookup<string, UseCase> read)
    {
        var matrix = new Matrix(fixture.World);
        try
        {
            await OpenAsync(_faults.Breakage, table);
            foreach (var useCase in read[table.GetTableName() ?? ""])
            {
                await new UseCaseMatrix(matrix).SampleAsync(useCase, thoroughly: false);
                if (matrix.Faults.Count > 0)
                {
                    return true;
                }
            }
        }
        finally
        {
            _faults.Breakage.Mend();
            await SecureAsync([table], isOn: true);
        }

        return false;
    }
}
