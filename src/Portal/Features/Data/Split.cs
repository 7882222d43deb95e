namespace Portal.Features.Data;

/// <summary>The role of an example within a version. The test split is sealed: only an evaluation may read it.</summary>
public enum Split
{
    Train,
    Validation,
    Test,
}
