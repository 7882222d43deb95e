using System.Globalization;

namespace Portal.Sandbox.Storage;

/// <summary>What the caller says must hold of the present generation; generation 0 is "there is none".</summary>
internal sealed record Preconditions(long? GenerationMatch, long? GenerationNotMatch, long? MetagenerationMatch, long? MetagenerationNotMatch)
{
    public static Preconditions None { get; } = new(null, null, null, null);

    public static Preconditions From(IQueryCollection query) => new(
        Number(query, "ifGenerationMatch"), Number(query, "ifGenerationNotMatch"),
        Number(query, "ifMetagenerationMatch"), Number(query, "ifMetagenerationNotMatch"));

    public static long? Number(IQueryCollection query, string name) => (string?)query[name] switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw StorageException.Invalid($"Invalid value '{text}' for parameter {name}"),
    };

    public void Check(StoredObject? current)
    {
        var generation = current?.Generation ?? 0;
        var holds = (GenerationMatch is null || GenerationMatch == generation)
            && (GenerationNotMatch is null || GenerationNotMatch != generation)
            && (MetagenerationMatch is null || MetagenerationMatch == current?.Metageneration)
            && (MetagenerationNotMatch is null || MetagenerationNotMatch != current?.Metageneration);
        if (!holds)
        {
            throw StorageException.ConditionNotMet();
        }
    }
}
