namespace Portal.Storage;

/// <summary>The disk has no room. Nothing of the file is kept, and everything that was there stays readable.</summary>
public sealed class StorageFullException : PortalException
{
    public StorageFullException(Exception? inner = null)
        : base("The portal's disk has no room for this file. Nothing was lost; tell your administrator, or try again when there is room.", inner) { }

    private const int NoSpaceOnUnix = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);
    private const int QuotaOnUnix = 122;

    /// <summary>Whether the system refused to write for want of room.</summary>
    public static bool IsCauseOf(IOException fault) => fault.HResult is NoSpaceOnUnix or QuotaOnUnix or NoSpaceOnWindows;
}
