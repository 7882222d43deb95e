using System.Collections.Frozen;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Portal.Features.Data;

/// <summary>
/// Looks at rows and remembers of each its facts and its print. One for each thread; the texts themselves are not kept, so a file of
/// any length costs what its prints do.
/// </summary>
/// <param name="maximumCharacters">Of an example, input and output together.</param>
internal sealed class RowInspector(long maximumCharacters = RowInspector.UsualCharacters)
{
    /// <summary>What Gemini models take at four characters a token.</summary>
    public const long UsualCharacters = (long)VendorLimits.UsualTokens * VendorLimits.CharactersPerToken;

    /// <summary>Answers that say nothing. One that many rows give is a label and no slip.</summary>
    private static readonly FrozenSet<string> s_trivial = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "n/a", "na", "none", "null", "nil", "nan", "-", "--", ".", "..", "...", "?", "??", "x", "xx", "xxx", "ok", "tbd", "todo", "test", "unknown", "undefined", "idk", "see above", "same", "empty", "k.a.", "keine angabe", "siehe oben", "#n/a", "#ref!");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_trivials = s_trivial.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly TextScan _input = new();
    private readonly TextScan _output = new();
    private readonly TextScan _compared = new();
    private RowFact[] _facts = new RowFact[256];

    public int Count { get; private set; }

    public RowPrints Prints { get; } = new();

    /// <summary>Hashes of those words of the row inspected last that are nobody's everyday ones.</summary>
    public ReadOnlySpan<ulong> SpecialWords => _input.SpecialWords;

    public ReadOnlySpan<RowFact> Facts => _facts.AsSpan(0, Count);

    /// <summary>What a row's own system instruction holds that somebody has to decide about: it is learnt and sent like the rest.</summary>
    public RowMarks InspectSystem(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return RowMarks.None;
        }

        _input.Read(text);
        return Look(_input.Traits, text) & ~(RowMarks.LineFeed | RowMarks.CarriageReturn);
    }

    /// <param name="compared">What stands for the input where rows are compared; empty for the input itself.</param>
    public RowMarks Inspect(int number, ReadOnlySpan<char> input, ReadOnlySpan<char> output, RowMarks known = RowMarks.None, ReadOnlySpan<char> compared = default)
    {
        var marks = known | MarksOf(input, output);
        ref var fact = ref Next();
        fact = new RowFact { Number = number, Marks = marks, InputLength = input.Length, OutputLength = output.Length };
        if (!fact.IsUsable)
        {
            Prints.Add([], 0);
            return marks;
        }

        _input.Read(input);
        _output.Read(output);
        if (!compared.IsEmpty)
        {
            _compared.Read(compared);
        }

        fact.Input = compared.IsEmpty ? Print(input, _input) : Print(compared, _compared);
        fact.Output = KeyOf(output);
        fact.Language = LanguageGuess.Of(_input, input);
        fact.Ending = EndingOf(input);
        fact.Marks = marks |= Look(_input.Traits, input) | Look(_output.Traits, output);
        return marks;
    }

    /// <summary>For other rows, in the same room.</summary>
    public void Clear()
    {
        Count = 0;
        Prints.Clear();
    }

    private ulong Print(ReadOnlySpan<char> text, TextScan scan)
    {
        Prints.Add(scan.Pairs, scan.KeyOf(text));
        return KeyOf(text);
    }

    /// <summary>The row inspected last is given to a split by its file.</summary>
    public void Give(Split split) => _facts[Count - 1].Given = (byte)((int)split + 1);

    private RowMarks MarksOf(ReadOnlySpan<char> input, ReadOnlySpan<char> output)
    {
        var plainInput = input.Trim();
        var plainOutput = output.Trim();
        var marks = plainInput.IsEmpty ? RowMarks.EmptyInput : RowMarks.None;
        marks |= plainOutput.IsEmpty ? RowMarks.EmptyOutput : s_trivials.Contains(plainOutput) ? RowMarks.TrivialOutput : RowMarks.None;
        marks |= plainOutput.Length != output.Length ? RowMarks.PaddedOutput : RowMarks.None;
        marks |= input.Length + (long)output.Length > maximumCharacters ? RowMarks.OverTokens : RowMarks.None;
        return marks;
    }

    /// <summary>The closer look, at the few texts whose traits ask for it.</summary>
    private static RowMarks Look(RowTraits traits, ReadOnlySpan<char> text)
    {
        var marks = RowMarks.None;
        if ((traits & RowTraits.Control) is not 0)
        {
            marks |= text.Contains('\0') ? RowMarks.Nul : RowMarks.Control;
        }

        marks |= (traits & RowTraits.CarriageReturn) is not 0 ? RowMarks.CarriageReturn : (traits & RowTraits.LineFeed) is not 0 ? RowMarks.LineFeed : RowMarks.None;
        marks |= (traits & RowTraits.NonAscii) is not 0 && EncodingDamage.Has(text) ? RowMarks.EncodingDamage : RowMarks.None;
        marks |= (traits & RowTraits.UnsafeWord) is not 0 && SafetyWords.Find(text).Length > 0 ? RowMarks.Unsafe : RowMarks.None;
        return (traits & RowTraits.MayBePersonal) is 0 ? marks : marks | Personal(traits, text);
    }

    private static RowMarks Personal(RowTraits traits, ReadOnlySpan<char> text)
    {
        var marks = RowMarks.None;
        foreach (var piece in PersonalData.Find(text, traits))
        {
            marks |= (RowMarks)((uint)RowMarks.Person << (int)piece.Kind);
        }

        return marks;
    }

    private static ulong KeyOf(ReadOnlySpan<char> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.Trim()));

    private static PromptEnding EndingOf(ReadOnlySpan<char> input) => input switch
    {
        [.., '\n'] => PromptEnding.LineFeed,
        [.., '#', '#'] => PromptEnding.Hashes,
        [.., '-' or '=', '>'] => PromptEnding.Arrow,
        [.., ':'] => PromptEnding.Colon,
        _ => PromptEnding.Other,
    };

    private ref RowFact Next()
    {
        if (Count == _facts.Length)
        {
            Array.Resize(ref _facts, _facts.Length * 2);
        }

        return ref _facts[Count++];
    }
}
