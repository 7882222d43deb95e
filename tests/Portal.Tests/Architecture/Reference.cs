namespace Portal.Tests.Architecture;

/// <summary>One type's use of another; both are the outermost types, so a lambda's or a state machine's use is its owner's.</summary>
/// <param name="Member">The method or field that is used, where it is one.</param>
internal sealed record Reference(string From, string To, string Member = "")
{
    public string FromNamespace => NamespaceOf(From);

    public string ToNamespace => NamespaceOf(To);

    public string FromName => NameOf(From);

    public string ToName => NameOf(To);

    public bool ToIsWithin(string name) => ToNamespace == name || ToNamespace.StartsWith(name + ".", StringComparison.Ordinal);

    public bool FromIsWithin(string name) => FromNamespace == name || FromNamespace.StartsWith(name + ".", StringComparison.Ordinal);

    public override string ToString() => Member is "" ? $"{From} → {To}" : $"{From} → {To}.{Member}";

    private static string NamespaceOf(string type) => type.LastIndexOf('.') is >= 0 and var dot ? type[..dot] : "";

    private static string NameOf(string type)
    {
        var name = type[(type.LastIndexOf('.') + 1)..];
        return name.IndexOf('`', StringComparison.Ordinal) is >= 0 and var arity ? name[..arity] : name;
    }
}
