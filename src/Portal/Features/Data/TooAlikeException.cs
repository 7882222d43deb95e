namespace Portal.Features.Data;

/// <summary>A draft is nearly a row that there is by now. As a row it would teach nothing, or what is kept aside.</summary>
public sealed class TooAlikeException() : PortalException("This row is too like one that there is, perhaps one that is kept aside for tests. Change its words, or reject it.");
