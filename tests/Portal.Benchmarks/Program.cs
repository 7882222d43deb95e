using System.Globalization;
using Portal.Benchmarks;
using Portal.Benchmarks.Gateway;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [Stations.Command, .. var station])
{
    await Stations.RunAsync(station);
    return 0;
}

// The registry: whatever derives from Benchmark in this project.
var all = typeof(Benchmark).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Benchmark)) && !t.IsAbstract)
    .Select(t => (Benchmark)Activator.CreateInstance(t)!) // a benchmark has a constructor without arguments
    .OrderBy(b => b.Name, StringComparer.Ordinal).ToList();
var chosen = args is [var name, ..] ? all.FindAll(b => b.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) : all;
if (chosen.Count is 0)
{
    chosen = all.FindAll(b => b.Name.Contains(args[0], StringComparison.OrdinalIgnoreCase));
}

if (chosen.Count is 0)
{
    Console.Error.WriteLine($"There is no benchmark \"{args[0]}\". There are: {string.Join(", ", all.Select(b => b.Name))}.");
    return 2;
}

await Stopclock.RunAsync(chosen);
return 0;
