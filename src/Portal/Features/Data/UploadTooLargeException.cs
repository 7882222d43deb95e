namespace Portal.Features.Data;

/// <summary>More than may be uploaded, by the file's own limit or by the organization's.</summary>
public sealed class UploadTooLargeException(string message) : PortalException(message);
