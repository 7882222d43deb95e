namespace Portal.Sandbox.Storage;

/// <summary>A refusal in the words and the shape of Cloud Storage.</summary>
internal sealed class StorageException(int status, string reason, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Reason { get; } = reason;

    public static StorageException Invalid(string message) => new(400, "invalid", message);

    public static StorageException Required(string parameter) => new(400, "required", $"Required parameter: {parameter}");

    public static StorageException NoBucket() => new(404, "notFound", "The specified bucket does not exist.");

    public static StorageException NoObject(string bucket, string name) => new(404, "notFound", $"No such object: {bucket}/{name}");

    public static StorageException ConditionNotMet() =>
        new(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
}
