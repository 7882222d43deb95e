using System.ComponentModel.DataAnnotations;

namespace Portal.Storage;

public sealed class StorageOptions
{
    /// <summary>Where uploads, the embedded database and the sandbox keep their state.</summary>
    [Required]
    public string Folder { get; set; } = ".portal";
}
