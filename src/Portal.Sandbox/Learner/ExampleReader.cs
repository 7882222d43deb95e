using System.Text;

namespace Portal.Sandbox.Learner;

/// <summary>Finds examples written into a prompt, as pairs of input and output fields or as <c>text -> label</c> lines.</summary>
internal sealed class ExampleReader
{
    private static readonly string[] s_arrows = [" -> ", " => ", " → "];

    private readonly List<TrainingExample> _examples = [];
    private readonly StringBuilder _rest = new();
    private StringBuilder? _input;
    private StringBuilder? _output;

    private ExampleReader()
    {
    }

    /// <summary>The examples, and the text without them.</summary>
    public static (IReadOnlyList<TrainingExample> Examples, string Remainder) Read(string text)
    {
        var reader = new ExampleReader();
        foreach (var line in text.Split('\n'))
        {
            reader.Take(line.TrimEnd('\r'));
        }

        reader.Close();
        return (reader._examples, reader._rest.ToString());
    }

    private void Take(string line)
    {
        var field = PromptField.Of(line);
        if (field.Role == PromptField.Kind.Input)
        {
            Close();
            _input = new StringBuilder(field.Value);
        }
        else if (field.Role == PromptField.Kind.Output && _input is not null && _output is null)
        {
            _output = new StringBuilder(field.Value);
        }
        else if (_output is not null)
        {
            TakeOutput(line);
        }
        else if (_input is not null)
        {
            _input.Append('\n').Append(line);
        }
        else if (!TakeArrow(line))
        {
            _rest.Append(line).Append('\n');
        }
    }

    private void TakeOutput(string line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _output!.Append('\n').Append(line);
        }
        else if (_output!.Length > 0)
        {
            Close();
        }
    }

    private bool TakeArrow(string line)
    {
        var arrow = s_arrows.FirstOrDefault(a => line.Contains(a, StringComparison.Ordinal));
        if (arrow is null)
        {
            return false;
        }

        var at = line.LastIndexOf(arrow, StringComparison.Ordinal);
        var input = LabelText.WithoutBullet(line[..at]) ?? line[..at];
        var output = line[(at + arrow.Length)..];
        return LabelText.LooksLikeLabel(LabelText.Unquote(output)) && Add(LabelText.Unquote(input), LabelText.Unquote(output));
    }

    private void Close()
    {
        if (_input is not null && !(_output is not null && Add(_input.ToString().Trim(), _output.ToString().Trim())))
        {
            _rest.Append(_input).Append('\n').Append(_output).Append('\n');
        }

        _input = null;
        _output = null;
    }

    private bool Add(string input, string output)
    {
        if (input.Length == 0 || output.Length == 0)
        {
            return false;
        }

        _examples.Add(new TrainingExample(input, output));
        return true;
    }
}
