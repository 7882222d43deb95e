using System.Globalization;
using System.Text;

namespace Portal.Tests.Isolation;

/// <summary>How much was tried, and what came of it: printed, so that a matrix that shrinks is seen.</summary>
internal sealed class Census
{
    private readonly Dictionary<Said, int> _said = [];
    private readonly HashSet<string> _surfaces = new(StringComparer.Ordinal);
    private readonly HashSet<string> _people = new(StringComparer.Ordinal);

    public int Surfaces => _surfaces.Count;

    public int People => _people.Count;

    public int Cells => _said.Values.Sum();

    public void Count(string surface, Person person, Said said)
    {
        _surfaces.Add(surface);
        _people.Add(person.Name);
        _said[said] = _said.GetValueOrDefault(said) + 1;
    }

    public string Line(string of)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{of}: {Surfaces} surfaces × {People} people = {Cells} cells;");
        foreach (var (said, count) in _said.OrderByDescending(s => s.Value))
        {
            text.Append(CultureInfo.InvariantCulture, $" {count} {said}");
        }

        return text.ToString();
    }
}
