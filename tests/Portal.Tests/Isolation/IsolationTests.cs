using System.Net;
using Xunit;

namespace Portal.Tests.Isolation;

/// <summary>One world for the whole matrix: it is as it was after every cell.</summary>
public sealed class IsolationFixture : IAsyncLifetime
{
    internal IsolationWorld World { get; private set; } = null!; // before any test

    public async ValueTask InitializeAsync() => World = await IsolationWorld.StartAsync();

    public async ValueTask DisposeAsync() => await World.DisposeAsync();
}

/// <summary>
/// Everything that can be asked of the portal, found in its code, by everybody who might ask, with ids that are theirs, another's and
/// nobody's. A surface that nothing here can fill in fails, and so does one that nobody gets to.
/// </summary>
public sealed class IsolationTests(IsolationFixture fixture) : IClassFixture<IsolationFixture>
{
    private readonly Matrix _matrix = new(fixture.World);

    [Fact]
    public async Task UseCases_WhoeverAsksForWhosever_TellNothingOfOthers()
    {
        var useCases = Surfaces.UseCases(fixture.World.Registered);
        var cells = new UseCaseMatrix(_matrix);
        foreach (var useCase in useCases)
        {
            await cells.RunAsync(useCase);
        }

        _matrix.Faults.AddRange(Reasons.Stale(useCases).Select(name => $"{nameof(Reasons)} names {name}, which is no use case any more."));
        Assert.True(useCases.Count(u => u.IsEntry) > 100);
        Conclude("Use cases", surfaces: 210, cells: 4_700);
    }

    [Fact]
    public async Task Tables_AskedForAllTheirRows_GiveOnesOwn()
    {
        var cells = new TableMatrix(_matrix);
        foreach (var table in TableMatrix.Find(fixture.World))
        {
            await cells.RunAsync(table);
        }

        Conclude("Tables", surfaces: 45, cells: 135);
    }

    [Fact]
    public async Task Workers_WithAnothersIds_DoAsWithNobodys()
    {
        var cells = new WorkerMatrix(_matrix);
        var workers = Surfaces.Workers(fixture.World.Registered);
        await using (await cells.WaitingAsync())
        {
            foreach (var worker in workers.Where(w => !WorkerMatrix.ClearsUp(w)))
            {
                await cells.RunAsync(worker);
            }

            foreach (var sweep in Surfaces.Sweeps(fixture.World.Registered))
            {
                await cells.SweepAsync(sweep);
            }
        }

        await using (await cells.OverAsync())
        {
            foreach (var worker in workers.Where(WorkerMatrix.ClearsUp))
            {
                await cells.RunAsync(worker);
            }
        }

        Conclude("Workers and sweeps", surfaces: 33, cells: 118);
    }

    [Fact]
    public async Task Addresses_OfTheRunningPortal_AreShutToOthers()
    {
        var addresses = EndpointMatrix.Find(fixture.World.Services);
        using var cells = new EndpointMatrix(_matrix);
        foreach (var address in addresses)
        {
            try
            {
                await cells.RunAsync(address);
            }
            catch (UnboundException unbound)
            {
                _matrix.Faults.Add(unbound.Message);
            }
        }

        await cells.SpentKeysAsync(addresses);
        await cells.NarrowKeysAsync(addresses);
        await cells.GoneAsync(addresses);
        _matrix.Faults.AddRange(Reasons.Open.Keys.Except(addresses.Select(a => a.Template)).Select(t => $"{nameof(Reasons)} names {t}, which is no address any more."));
        Conclude("Addresses", surfaces: 120, cells: 600);
    }

    /// <summary>A connection's name stands in addresses, and so in the logs of proxies: it is no proof of anything.</summary>
    [Fact]
    public async Task Circuit_BegunByAnother_IsNobodysToUse()
    {
        using var http = fixture.World.Browser();
        var (owner, other) = (fixture.World.Person("owner"), fixture.World.Person("other-owner"));
        using var begun = await SendAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", owner);
        using var told = System.Text.Json.JsonDocument.Parse(await begun.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var token = told.RootElement.GetProperty("connectionToken").GetString();
        var address = $"/_blazor?id={token}";
        using (var waits = await SendAsync(HttpMethod.Get, address, owner))
        {
            Assert.Equal(HttpStatusCode.OK, waits.StatusCode);
        }

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
        {
            foreach (var person in new[] { other, fixture.World.Person("viewer"), fixture.World.Person("anonymous") })
            {
                using var refused = await SendAsync(method, address, person);
                Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            }
        }

        using var speaks = await SendAsync(HttpMethod.Post, address, owner);
        Assert.Equal(HttpStatusCode.OK, speaks.StatusCode);
        using var ends = await SendAsync(HttpMethod.Delete, address, owner);
        Assert.Equal(HttpStatusCode.Accepted, ends.StatusCode);

        async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, Person person)
        {
            using var request = new HttpRequestMessage(method, address);
            if (person.Cookie is not "")
            {
                request.Headers.Add("Cookie", person.Cookie);
            }

            request.Headers.Add("Origin", "https://localhost");
            return await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Pages_WithAnothersIds_ShowWhatIsShownForNobodys()
    {
        var cells = new PageMatrix(_matrix);
        foreach (var (page, template) in Surfaces.Pages())
        {
            try
            {
                await cells.RunAsync(page, template);
            }
            catch (UnboundException unbound)
            {
                _matrix.Faults.Add(unbound.Message);
            }
        }

        Conclude("Pages", surfaces: 35, cells: 550);
    }

    /// <summary>Floors may fall only on purpose: with the surface that went.</summary>
    private void Conclude(string of, int surfaces, int cells)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_matrix.Census.Line(of));
        Assert.True(_matrix.Faults.Count is 0, $"{_matrix.Faults.Count} faults\n" + string.Join('\n', Shown()));
        Assert.True(_matrix.Census.Surfaces >= surfaces && _matrix.Census.Cells >= cells, $"The matrix shrank: {_matrix.Census.Line(of)}, and at least {surfaces} surfaces and {cells} cells are expected.");
    }

    /// <summary>A few of each surface: one that is wrong is often wrong for everybody.</summary>
    private IEnumerable<string> Shown() => _matrix.Faults.GroupBy(f => string.Join(' ', f.Split(' ').Take(2))).SelectMany(g => g.Take(2)).Select(f => f.Length > 900 ? f[..900] : f).Take(200);
}
