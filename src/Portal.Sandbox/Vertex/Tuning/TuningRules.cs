using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex.Catalog;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>What Google refuses before a job exists.</summary>
internal sealed class TuningRules(StorageState storage)
{
    private const long LargestFile = 1L << 30;
    private const int LongestDisplayName = 128;

    private readonly List<VertexFieldViolation> _violations = [];

    /// <returns>The model to tune; anything against the rules is thrown as one refusal that names every field.</returns>
    public PublishedModel Check(ResourceScope scope, VertexTuningJob job)
    {
        var model = BaseModel(scope, job);
        if (job.SupervisedTuningSpec is { } spec)
        {
            Dataset("supervised_tuning_spec.training_dataset_uri", spec.TrainingDatasetUri, required: true);
            Dataset("supervised_tuning_spec.validation_dataset_uri", spec.ValidationDatasetUri, required: false);
            Hyperparameters(model, spec.HyperParameters);
            Refuse(spec.EvaluationConfig is not null, "supervised_tuning_spec.evaluation_config", "Evaluation during tuning is not available for this model.");
        }
        else
        {
            Add("tuning_spec", job.PreferenceOptimizationSpec is null
                ? "A tuning spec is required."
                : $"Preference tuning is not supported for base model {job.BaseModel}.");
        }

        Refuse(job.SupervisedTuningSpec is not null && job.PreferenceOptimizationSpec is not null, "tuning_spec", "Only one tuning spec may be given.");
        Refuse(job.TunedModelDisplayName.Length > LongestDisplayName, "tuned_model_display_name", $"The display name is longer than {LongestDisplayName} characters.");
        Refuse(job.EncryptionSpec is not null, "encryption_spec", $"Customer-managed keys are not supported for tuning {job.BaseModel}.");
        var labels = Labels.Fault(job.Labels, Labels.LongestOnResource);
        Refuse(labels is not null, "labels", labels ?? "");
        return _violations.Count > 0 ? throw Refusal.Invalid(_violations) : model!; // Without a model there is a violation.
    }

    private PublishedModel? BaseModel(ResourceScope scope, VertexTuningJob job)
    {
        if (job.PreTunedModel is not null)
        {
            Add("pre_tuned_model", "Continuous tuning of this model is not supported. Start from a base model.");
            return null;
        }

        if (job.BaseModel.Length == 0)
        {
            Add("base_model", "A base model is required.");
            return null;
        }

        if (BaseModelCatalog.IsRetired(job.BaseModel))
        {
            BaseModelCatalog.Get(scope, job.BaseModel); // Refuses as inference does: the model is not there any more.
        }

        var model = BaseModelCatalog.Find(job.BaseModel);
        if (model is null or { IsTunable: false })
        {
            Add("base_model", $"Base model {job.BaseModel} is not supported for tuning.");
            return null;
        }

        if (!model.ServingLocations.ContainsKey(scope.Location))
        {
            Add("base_model", $"Base model {job.BaseModel} cannot be tuned in {scope.Location}. Use one of: {string.Join(", ", model.ServingLocations.Keys)}.");
        }

        return model;
    }

    private void Hyperparameters(PublishedModel? model, VertexHyperparameters? given)
    {
        if (given is null)
        {
            return;
        }

        const string Parent = "supervised_tuning_spec.hyper_parameters.";
        Refuse(given.EpochCount < 0, Parent + "epoch_count", "The epoch count must be at least 1.");
        Refuse(
            !double.IsFinite(given.LearningRateMultiplier) || given.LearningRateMultiplier < 0,
            Parent + "learning_rate_multiplier", "The learning rate multiplier must be a positive number.");
        Refuse(given.Beta is not null, Parent + "beta", "Beta belongs to preference tuning.");
        if (given.AdapterSize is "" or "ADAPTER_SIZE_UNSPECIFIED")
        {
            return;
        }

        var width = VertexAdapterSize.ToWidth(given.AdapterSize);
        Refuse(width is null, Parent + "adapter_size", $"Invalid value: \"{given.AdapterSize}\".");
        Refuse(
            width is not null && model?.AdapterSizes.Contains(width.Value) == false,
            Parent + "adapter_size", $"{given.AdapterSize} is not supported for this model. Supported: {string.Join(", ", model?.AdapterSizes ?? [])}.");
    }

    private void Dataset(string field, string uri, bool required)
    {
        if (uri.Length == 0)
        {
            Refuse(required, field, "A training dataset is required.");
            return;
        }

        if (!GcsUri.TryParse(uri, out var bucket, out var name))
        {
            Add(field, $"\"{uri}\" is not a Cloud Storage address of a file: gs://bucket/path.jsonl.");
        }
        else if (!storage.HasBucket(bucket) || storage.Find(bucket, name) is not { } stored)
        {
            Add(field, $"The file {uri} does not exist or cannot be read by the tuning service agent.");
        }
        else if (stored.Size is 0 or > LargestFile)
        {
            Add(field, stored.Size == 0 ? $"The file {uri} is empty." : $"The file {uri} is larger than 1 GB.");
        }
    }

    private void Refuse(bool wrong, string field, string description)
    {
        if (wrong)
        {
            Add(field, description);
        }
    }

    private void Add(string field, string description) => _violations.Add(new() { Field = field, Description = description });
}
