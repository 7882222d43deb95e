namespace Portal.Features.Tenancy;

public enum KeyRefusal
{
    /// <summary>None, or one that is nobody's: revoked and unknown keys cannot be told apart.</summary>
    Unknown,

    /// <summary>It is no key as it stands, which its own checksum says.</summary>
    Mistyped,
    Expired,

    /// <summary>A good key at an address that it may not be used from.</summary>
    Address,

    /// <summary>A good key of an organization that is not served at present.</summary>
    Suspended,

    /// <summary>A good key that may do other things.</summary>
    Verb,
}

/// <summary>A key that does not open what was asked. The words are for the caller, who may be anybody that holds it.</summary>
public sealed class KeyRefusedException(KeyRefusal reason, string message) : PortalException(message)
{
    public KeyRefusal Reason { get; } = reason;

    /// <summary>Who it is, is not known; as opposed to: may not do this.</summary>
    public bool IsUnauthenticated => Reason is KeyRefusal.Unknown or KeyRefusal.Mistyped or KeyRefusal.Expired;

    /// <summary>The same for every key that does not work, whatever the reason.</summary>
    public static KeyRefusedException Unknown() => new(KeyRefusal.Unknown,
        "This request has no valid API key. Pass one in the x-goog-api-key header, or as a bearer token.");

    public static KeyRefusedException Mistyped() => new(KeyRefusal.Mistyped,
        "This API key is mistyped: its last characters do not fit the others. Copy it again, whole and without spaces.");

    public static KeyRefusedException Expired() => new(KeyRefusal.Expired,
        "This API key has expired. Somebody who manages the organization's keys can issue a new one, or rotate it.");

    public static KeyRefusedException Address(string address) => new(KeyRefusal.Address,
        $"This API key may not be used from {(address is "" ? "an unknown address" : address)}. Call from an address that it allows, or have this one added to it.");

    /// <summary>Not why: that is for the organisation's members, and a key may be in anybody's hands.</summary>
    public static KeyRefusedException Suspended() => new(KeyRefusal.Suspended,
        "The organization of this API key is suspended, so its calls are not answered. The key stays valid. Its members find the reason when they sign in.");

    public static KeyRefusedException Verb(KeyVerb verb) => new(KeyRefusal.Verb,
        $"This API key may not {verb.Words()}. Use a key that was issued for it.");
}
