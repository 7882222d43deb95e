namespace Portal;

/// <summary>What was asked for is not there, or belongs to somebody else: nobody can tell which.</summary>
public sealed class NotFoundException(string what = "page") : PortalException($"This {what} does not exist, or you have no access to it.");
