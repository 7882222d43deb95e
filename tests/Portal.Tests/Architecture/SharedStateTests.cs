using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Architecture;

/// <summary>
/// What everybody shares, a singleton or a static field, must hold nothing of one organisation or person. The container's own checks see
/// constructors; this sees fields too.
/// </summary>
public sealed class SharedStateTests
{
    private static readonly Type[] s_mutable =
        [typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(ConcurrentDictionary<,>), typeof(ConcurrentQueue<>), typeof(ConcurrentBag<>)];

    [Fact]
    public async Task Singletons_OfTheRunningPortal_ReachNothingOfOneTenantOrPerson()
    {
        var (services, folder) = await StartAsync();
        try
        {
            var scoped = services.Where(s => s is { IsKeyedService: false, Lifetime: ServiceLifetime.Scoped })
                .SelectMany(s => new[] { s.ServiceType, s.ImplementationType }).OfType<Type>().Where(IsOurs).ToHashSet();
            var shared = services.Where(s => s is { IsKeyedService: false, Lifetime: ServiceLifetime.Singleton })
                .Select(s => s.ImplementationType ?? s.ImplementationInstance?.GetType() ?? s.ServiceType).Where(IsOurs).Distinct().ToList();

            Assert.Contains(typeof(TenantScope), scoped);
            Assert.True(shared.Count > 2);
            var broken = shared.SelectMany(type => Reached(type, t => scoped.Contains(t) || IsOfOne(t))).ToList();
            Assert.True(broken.Count is 0, string.Join('\n', broken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void StaticFields_AreFixedAndOfNobody()
    {
        var fields = typeof(PortalDbContext).Assembly.GetTypes().Where(t => !t.Name.Contains('<')).SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => !f.IsLiteral && !f.Name.StartsWith("<>", StringComparison.Ordinal)).ToList();

        Assert.True(fields.Count > 20);
        var broken = fields.SelectMany(Broken).ToList();
        Assert.True(broken.Count is 0, string.Join('\n', broken));
    }

    [Fact]
    public void Broken_OfSharedStateOfOneTenant_Tells()
    {
        Assert.NotEmpty(Reached(typeof(Hoarder), IsOfOne));
        Assert.Equal(3, typeof(Hoarder).GetFields(BindingFlags.Static | BindingFlags.NonPublic).SelectMany(Broken).Count());
    }

    private static IEnumerable<string> Broken(FieldInfo field)
    {
        var name = $"{field.DeclaringType!.FullName}.{field.Name}";
        if (!field.IsInitOnly)
        {
            yield return $"{name} can be set anew, by one for all";
        }

        if (field.FieldType.IsGenericType && s_mutable.Contains(field.FieldType.GetGenericTypeDefinition()))
        {
            yield return $"{name} can be added to, by one for all";
        }

        if (Parts(field.FieldType).Any(IsOfOne))
        {
            yield return $"{name} holds what belongs to one";
        }
    }

    private static bool IsOfOne(Type type) =>
        typeof(ITenantOwned).IsAssignableFrom(type) || typeof(PortalDbContext).IsAssignableFrom(type) || type == typeof(TenantScope);

    private static IEnumerable<string> Reached(Type root, Func<Type, bool> isForbidden)
    {
        var seen = new HashSet<Type> { root };
        var open = new Queue<(Type Type, string Path)>([(root, root.Name)]);
        while (open.TryDequeue(out var at))
        {
            var fields = at.Type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            foreach (var (field, part) in fields.SelectMany(f => Parts(f.FieldType), (field, part) => (field, part)).Where(p => seen.Add(p.part)))
            {
                var path = $"{at.Path}.{field.Name} ({part.Name})";
                if (isForbidden(part))
                {
                    yield return path;
                }
                else if (IsOurs(part))
                {
                    open.Enqueue((part, path));
                }
            }
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];

    private static bool IsOurs(Type type) => type.Assembly == typeof(PortalDbContext).Assembly || type.DeclaringType == typeof(SharedStateTests);

    // In production's environment, so that the start also proves that the container checks itself there.
    private static async Task<(IServiceCollection Services, string Folder)> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("portal-services-").FullName;
        IServiceCollection? services = null;
        await using var portal = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEnvironment("Production").UseSetting("AllowedHosts", "portal.example")
            .UseSetting("Storage:Folder", folder).UseSetting("Database:ConnectionString", $"Data Source={Path.Combine(folder, "portal.db")};Pooling=False")
            .UseSetting("SignIn:Authority", "https://id.example/").UseSetting("SignIn:ClientId", "portal").UseSetting("SignIn:ClientSecret", "secret")
            .UseSetting("Connect:Kind", "Sandbox").UseSetting("Connect:SandboxUrl", "http://127.0.0.1:9/")
            .ConfigureTestServices(s => services = s));
        Assert.Throws<InvalidOperationException>(() => portal.Services.GetRequiredService<TenantScope>());
        return (services!, folder);
    }

    private sealed class Hoarder
    {
#pragma warning disable CS0169, CS0414, IDE0044, IDE0051, CA1823 // What must not be, to see it found.
        private static TenantScope? s_last;
        private static readonly Dictionary<string, string> s_seen = [];
        private readonly Dictionary<string, Portal.Features.Define.Project[]> _projects = [];
#pragma warning restore CS0169, CS0414, IDE0044, IDE0051, CA1823
    }
}
