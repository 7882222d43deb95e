using System.Globalization;
using Portal.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
// The registry: whatever derives from Benchmark in this project.
var all = typeof(Benchmark).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Benchmark)) && !t.IsAbstract)
    .Select(t => (Benchmark)Activator.CreateInstance(t)!) // a benchmark has a constructor without arguments
    .OrderBy(b => b.Name, StringComparer.Ordinal).ToList();
var chosen = args is [var name, ..] ? all.Where(b => b.Name.Contains(name, StringComparison.OrdinalIgnoreCase)).ToList() : all;
if (chosen.Count is 0)
{
    Console.Error.WriteLine($"There is no benchmark \"{args[0]}\". There are: {string.Join(", ", all.Select(b => b.Name))}.");
    return 2;
}

await Stopclock.RunAsync(chosen);
return 0;
