using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Portal.Persistence;
using Portal.Tests.Architecture;

namespace Portal.Tests.Isolation;

/// <summary>A method of one of the portal's services.</summary>
/// <param name="Service">As the container knows it.</param>
/// <param name="Method">What is called.</param>
/// <param name="IsEntry">Whether a page or an endpoint calls it: then what it is given comes from outside.</param>
internal sealed record UseCase(Type Service, MethodInfo Method, bool IsEntry)
{
    public string ShortName { get; } = $"{Service.Name}.{Method.Name}";

    public string Name { get; } = $"{Service.Name}.{Method.Name}({string.Join(", ", Method.GetParameters().Select(p => p.Name))})";

    public override string ToString() => Name;
}

/// <summary>What can be asked of the portal, found in its code: nobody lists a surface, so none can be left out.</summary>
internal static class Surfaces
{
    /// <summary>Every public asynchronous method of every service of a slice that the running portal has.</summary>
    public static IReadOnlyList<UseCase> UseCases(IServiceCollection registered)
    {
        var entries = AssemblyReader.Read("Portal").References.Where(r => IsEntry(r.From)).Select(r => (r.ToName, r.Member)).ToHashSet();
        return [.. Services(registered).Where(t => !IsWorker(t) && !typeof(ISwept).IsAssignableFrom(t)).SelectMany(t => Asynchronous(t).Select(m => new UseCase(t, m, entries.Contains((t.Name, m.Name)))))
            .OrderBy(u => u.Name, StringComparer.Ordinal)];
    }

    /// <summary>Every method by which Hangfire could run a worker.</summary>
    public static IReadOnlyList<UseCase> Workers(IServiceCollection registered) =>
        [.. Services(registered).Where(IsWorker).SelectMany(t => Asynchronous(t).Select(m => new UseCase(t, m, true))).OrderBy(u => u.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<Type> Sweeps(IServiceCollection registered) => [.. Services(registered).Where(t => typeof(ISwept).IsAssignableFrom(t)).OrderBy(t => t.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<(Type Page, string Template)> Pages() =>
        [.. typeof(PortalDbContext).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>().Select(r => (t, r.Template))).OrderBy(p => p.Template, StringComparer.Ordinal)];

    private static IEnumerable<Type> Services(IServiceCollection registered) => registered.Where(s => !s.IsKeyedService)
        .Select(s => s.ImplementationType ?? s.ImplementationInstance?.GetType() ?? s.ServiceType)
        .Where(t => t is { IsClass: true } && t.Namespace?.StartsWith("Portal.Features.", StringComparison.Ordinal) is true).Distinct();

    private static IEnumerable<MethodInfo> Asynchronous(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => !m.IsSpecialName && (typeof(Task).IsAssignableFrom(m.ReturnType) || m.ReturnType == typeof(ValueTask)
            || m.ReturnType.IsGenericType && m.ReturnType.GetGenericTypeDefinition() is var generic && (generic == typeof(ValueTask<>) || generic == typeof(IAsyncEnumerable<>))));

    private static bool IsWorker(Type type) => type.Name.EndsWith("Worker", StringComparison.Ordinal);

    /// <summary>Pages and their parts, and the static classes that map endpoints.</summary>
    private static bool IsEntry(string name) => typeof(PortalDbContext).Assembly.GetType(name) is { } type
        && (typeof(IComponent).IsAssignableFrom(type) || type is { IsAbstract: true, IsSealed: true });
}
