namespace Portal.Persistence;

/// <summary>A row that two workers may want to move at once: the later save fails instead of overwriting.</summary>
public interface IVersioned
{
    long Version { get; }
}
