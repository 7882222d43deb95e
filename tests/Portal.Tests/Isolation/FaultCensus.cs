using System.Globalization;

namespace Portal.Tests.Isolation;

/// <summary>How many faults were put in and how many were found, each beside its twin without the fault.</summary>
internal sealed class FaultCensus(IsolationWorld world)
{
    private readonly List<string> _missed = [];
    private int _tried;
    private int _found;
    private int _cells;

    public IReadOnlyList<string> Missed => _missed;

    public Breakage Breakage => (Breakage)(world.Services.GetService(typeof(Breakage)) ?? throw new InvalidOperationException("Nothing can be broken in this world."));

    /// <summary>The same cells twice: as the portal is they are green, and with the fault they are red for its reason.</summary>
    /// <param name="name">The fault.</param>
    /// <param name="break">Puts it in.</param>
    /// <param name="run">The cells that look there.</param>
    /// <param name="expected">Part of what is found.</param>
    /// <param name="mend">Takes out what is not the portal's.</param>
    public async Task TryAsync(string name, Func<Breakage, Task> @break, Func<Matrix, Task> run, string expected, Func<Task>? mend = null)
    {
        await GreenAsync($"the twin of {name}", _ => Task.CompletedTask, run);
        var red = new Matrix(world);
        try
        {
            await @break(Breakage);
            await run(red);
        }
        finally
        {
            Breakage.Mend();
            await (mend?.Invoke() ?? Task.CompletedTask);
        }

        _tried++;
        _cells += red.Census.Cells;
        if (red.Faults.Any(f => f.Contains(expected, StringComparison.Ordinal)))
        {
            _found++;
        }
        else
        {
            _missed.Add($"{name} was not found by {red.Census.Cells} cells, which said: {string.Join('\n', red.Faults.Take(3))}");
        }
    }

    /// <summary>Something is out of order, and what stands behind it holds.</summary>
    public async Task<Census> GreenAsync(string name, Func<Breakage, Task> @break, Func<Matrix, Task> run)
    {
        var green = new Matrix(world);
        try
        {
            await @break(Breakage);
            await run(green);
        }
        finally
        {
            Breakage.Mend();
        }

        _cells += green.Census.Cells;
        if (green.Faults.Count > 0 || green.Census.Cells is 0)
        {
            _missed.Add($"{name} is red by itself: {string.Join('\n', green.Faults.Take(5))}");
        }

        return green.Census;
    }

    public string Line(string of) => string.Create(CultureInfo.InvariantCulture, $"{of}: {_found} of {_tried} seeded faults found, {_cells} cells");
}
