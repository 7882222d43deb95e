using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using Portal.Persistence;
using Portal.Storage;
using Portal.Tests.Architecture;
using Xunit;

namespace Portal.Tests.Isolation;

/// <summary>
/// What everybody shares and is found by a name: files, caches, locks, buckets of rates, sealed texts, the vendor's objects. Who makes such a
/// name is found in the code, and each says by what nobody else's comes out, or fails.
/// </summary>
public sealed class SharedKeyTests
{
    /// <summary>What holds things of many under names, by the type that is called.</summary>
    private static readonly HashSet<string> s_stores = new(StringComparer.Ordinal)
    {
        "ConcurrentDictionary", "ConcurrentQueue", "ConcurrentBag", "ConditionalWeakTable", "IMemoryCache", "MemoryCache", "CacheExtensions", "IDistributedCache", "HybridCache",
        "PartitionedRateLimiter", "RateLimitPartition", "SemaphoreSlim", "Lock", "Monitor", "Mutex", "IDataProtectionProvider", "DataProtectionCommonExtensions",
        "File", "FileStream", "FileInfo", "Directory", "DirectoryInfo", "ZipFile", "VertexStorageClient", "BlobStore", "RecurringJob", "RecurringJobManagerExtensions", "IStorageConnection", "DisableConcurrentExecutionAttribute",
    };

    [Fact]
    public void Names_OfWhatEverybodyShares_SayWhoseTheyAre()
    {
        var found = Find("Portal");
        TestContext.Current.TestOutputHelper?.WriteLine($"Shared names: {found.Count} uses of {found.Select(f => f[(f.IndexOf(" → ", StringComparison.Ordinal) + 3)..]).Distinct().Count()} stores");

        var unbound = found.Except(Reasons.Keys.Keys).ToList();
        var stale = Reasons.Keys.Keys.Except(found).ToList();
        Assert.True(unbound.Count is 0, $"Say in {nameof(Reasons)}.{nameof(Reasons.Keys)} by what nobody else's comes out:\n{string.Join('\n', unbound)}");
        Assert.True(stale.Count is 0, $"{nameof(Reasons)}.{nameof(Reasons.Keys)} names what is not there any more:\n{string.Join('\n', stale)}");
        // The fault beside it: a cache for all, in a class that nobody has answered for.
        Assert.Contains("Leaks → ConcurrentDictionary", Find("Portal.Tests"));
    }

    /// <summary>Whatever name it is told, the store of files stays in the folder of the one for whom it acts.</summary>
    [Fact]
    public async Task Files_OfOneName_AreEachTenantsOwn()
    {
        using var database = new PortalDatabase();
        var options = Options.Create(new StorageOptions { Folder = database.Folder });
        var (own, other) = (new BlobStore(options, database.For("org_own").Scope), new BlobStore(options, database.For("org_other").Scope));
        var methods = typeof(BlobStore).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.GetParameters().Any(p => p.Name is "name")).ToList();
        Assert.True(methods.Count >= 6, string.Join(", ", methods.Select(m => m.Name)));

        foreach (var name in new[] { "same", "../org_other/same", "org_other/same", "/etc/passwd", "same\0", $"{database.Folder}/blobs/org_other/same" })
        {
            await other.WriteAsync(name, Text("theirs"), 100, TestContext.Current.CancellationToken);
            Assert.False(own.Exists(name));
            foreach (var method in methods)
            {
                await TryAsync(method, own, name);
            }

            using var kept = new StreamReader(other.OpenRead(name));
            Assert.Equal("theirs", await kept.ReadToEndAsync(TestContext.Current.CancellationToken));
            own.Delete(name);
        }

        Assert.Equal(["org_other", "org_own"], Directory.EnumerateDirectories(Path.Combine(database.Folder, "blobs")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
    }

    /// <summary>A browser calls these past every page's buttons: none takes an id, and none is reached without the part of the page that handed itself out.</summary>
    [Fact]
    public void Methods_ThatABrowserCalls_TakeNoIds()
    {
        var assembly = typeof(PortalDbContext).Assembly;
        var called = assembly.GetTypes().SelectMany(CalledByBrowsers).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"Called by browsers: {string.Join(", ", called.Select(NameOf))}");

        Assert.True(called.Count >= 6);
        Assert.Empty(called.SelectMany(Broken));
        Assert.Empty(Reasons.Called.Keys.Except(called.Select(NameOf)));
        Assert.DoesNotContain(assembly.GetTypes(), typeof(Hub).IsAssignableFrom);
        Assert.Equal(3, typeof(Careless).GetMethods().SelectMany(Broken).Count());
    }

    private static IEnumerable<MethodInfo> CalledByBrowsers(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m.GetCustomAttribute<JSInvokableAttribute>() is not null);

    private static IEnumerable<string> Broken(MethodInfo method)
    {
        if (method.GetCustomAttribute<JSInvokableAttribute>() is null)
        {
            yield break;
        }

        if (method.IsStatic)
        {
            yield return $"{NameOf(method)} is static: anybody's circuit calls it";
        }

        if (Arguments.KindsOf(method) is { Count: > 0 } kinds)
        {
            yield return $"{NameOf(method)} takes an id of a {string.Join(", ", kinds)} from the browser: let the page keep it";
        }

        if (method.GetParameters().Any(p => !p.ParameterType.IsPrimitive) && Arguments.KindsOf(method).Count is 0 && !Reasons.Called.ContainsKey(NameOf(method)))
        {
            yield return $"{NameOf(method)} takes more than numbers: say in {nameof(Reasons)}.{nameof(Reasons.Called)} what becomes of it";
        }
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static HashSet<string> Find(string assembly) =>
        [.. AssemblyReader.Read(assembly).References.Where(r => s_stores.Contains(r.ToName) && r.Member is not "" && (r.ToIsWithin("System") || r.ToIsWithin("Microsoft") || r.ToIsWithin("Hangfire") || r.ToIsWithin("Portal"))).Select(r => $"{r.FromName} → {r.ToName}")];

    private static async Task TryAsync(MethodInfo method, BlobStore store, string name)
    {
        object?[] arguments = [.. method.GetParameters().Select(p => p.ParameterType switch
        {
            _ when p.Name is "name" => (object?)name,
            var type when type == typeof(Stream) => Text("mine"),
            var type when type == typeof(Func<Stream, Task>) => (Func<Stream, Task>)(file => file.WriteAsync("mine"u8.ToArray()).AsTask()),
            var type when type == typeof(long) => 100L,
            var type when type == typeof(CancellationToken) => CancellationToken.None,
            _ when p.HasDefaultValue => null,
            var type => throw new UnboundException($"{method.Name}({p.Name}), a {type.Name}"),
        })];
        try
        {
            if (method.Invoke(store, arguments) is var answer && answer is Task task)
            {
                await task;
            }
            else if (answer is Stream stream)
            {
                using var text = new StreamReader(stream);
                Assert.Equal("mine", await text.ReadToEndAsync());
            }
        }
        catch (TargetInvocationException missing) when (missing.InnerException is IOException)
        {
            // Asked for before anything was written.
        }
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static class Careless
    {
        [JSInvokable]
        public static Task OpenAsync(string projectId) => Task.FromResult(projectId);

        [JSInvokable]
        public static Task SayAsync(int number) => Task.FromResult(number);
    }
}
