namespace Portal.Features.Data;

internal enum TurnPartKind
{
    Text,
    Call,
    Response,
    Media,
}

/// <summary>A piece of what somebody said: a text, or a function's name with its arguments or its answer as JSON, or a file.</summary>
internal readonly record struct TurnPart(TurnPartKind Kind, string Text, string Name = "")
{
    public static TurnPart Said(string text) => new(TurnPartKind.Text, text);
}

/// <summary>All that one speaker says before the other one does.</summary>
internal sealed record Turn(bool IsModel, List<TurnPart> Parts)
{
    public bool IsText => Parts.TrueForAll(p => p.Kind is TurnPartKind.Text);

    public string Text => string.Concat(Parts.Where(p => p.Kind is TurnPartKind.Text).Select(p => p.Text));
}
