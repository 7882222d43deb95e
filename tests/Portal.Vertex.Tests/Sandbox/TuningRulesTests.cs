using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class TuningRulesTests(PracticeProject project) : IClassFixture<PracticeProject>
{
    [Theory]
    [InlineData("baseModel", "\"gemini-9-flash\"", 400, "base_model")]
    [InlineData("baseModel", "\"gemini-3.8-flash\"", 400, "base_model")]
    [InlineData("baseModel", "\"gemini-3.1-pro-preview\"", 400, "base_model")]
    [InlineData("baseModel", "\"\"", 400, "base_model")]
    [InlineData("baseModel", "\"gemini-2.5-pro\"", 404, null)]
    [InlineData("baseModel", "\"gemini-1.5-flash-002\"", 404, null)]
    [InlineData("supervisedTuningSpec.hyperParameters.adapterSize", "\"ADAPTER_SIZE_THIRTY_TWO\"", 400, "supervised_tuning_spec.hyper_parameters.adapter_size")]
    [InlineData("supervisedTuningSpec.hyperParameters.adapterSize", "\"FOUR\"", 400, "supervised_tuning_spec.hyper_parameters.adapter_size")]
    [InlineData("supervisedTuningSpec.hyperParameters.epochCount", "-1", 400, "supervised_tuning_spec.hyper_parameters.epoch_count")]
    [InlineData("supervisedTuningSpec.hyperParameters.epochCount", "\"two\"", 400, null)]
    [InlineData("supervisedTuningSpec.hyperParameters.learningRateMultiplier", "-0.5", 400, "supervised_tuning_spec.hyper_parameters.learning_rate_multiplier")]
    [InlineData("supervisedTuningSpec.hyperParameters.learningRateMultiplier", "\"NaN\"", 400, "supervised_tuning_spec.hyper_parameters.learning_rate_multiplier")]
    [InlineData("supervisedTuningSpec.trainingDatasetUri", "\"https://example.com/x.jsonl\"", 400, "supervised_tuning_spec.training_dataset_uri")]
    [InlineData("supervisedTuningSpec.trainingDatasetUri", "\"gs://t-acme/missing.jsonl\"", 400, "supervised_tuning_spec.training_dataset_uri")]
    [InlineData("supervisedTuningSpec.trainingDatasetUri", "\"gs://nobody/train.jsonl\"", 400, "supervised_tuning_spec.training_dataset_uri")]
    [InlineData("supervisedTuningSpec.validationDatasetUri", "\"gs://t-acme/missing.jsonl\"", 400, "supervised_tuning_spec.validation_dataset_uri")]
    [InlineData("supervisedTuningSpec", "null", 400, "tuning_spec")]
    [InlineData("supervisedTuningSpec.learningRate", "0.1", 400, null)]
    [InlineData("labels", "{\"Tenant\":\"x\"}", 400, "labels")]
    [InlineData("labels", "{\"tenant\":\"Acme Inc\"}", 400, "labels")]
    [InlineData("encryptionSpec", "{\"kmsKeyName\":\"k\"}", 400, "encryption_spec")]
    [InlineData("somethingElse", "1", 400, null)]
    public async Task Create_AgainstARule_IsRefusedAndMakesNoJob(string path, string value, int status, string? field)
    {
        var body = await BodyAsync();
        Set(body, path, value);
        var before = await JobsAsync();

        var error = (await project.PostAsync(PracticeProject.Parent + "/tuningJobs", body, status))["error"]!;

        Assert.Equal(status, (int)error["code"]!);
        Assert.Equal(status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT", (string?)error["status"]);
        if (field is not null)
        {
            Assert.Contains(field, error["details"]![0]!["fieldViolations"]!.AsArray().Select(violation => (string?)violation!["field"]));
        }

        Assert.Equal(before, await JobsAsync());
    }

    [Theory]
    [InlineData("europe-west1")]
    [InlineData("global")]
    [InlineData("us")]
    [InlineData("atlantis")]
    public async Task Create_WhereNothingIsTuned_IsRefused(string location)
    {
        var error = await project.PostAsync($"v1/projects/acme-dev/locations/{location}/tuningJobs", await BodyAsync(), 400);

        Assert.Equal("INVALID_ARGUMENT", (string?)error["error"]!["status"]);
    }

    [Fact]
    public async Task Create_SnakeCaseAndNumbers_IsUnderstood()
    {
        var uri = await project.UploadAsync("train.jsonl", Tickets.Rows(20, 0));

        var job = await project.PostAsync(
            "v1beta1/projects/acme-dev/locations/europe-west4/tuningJobs",
            new { base_model = "gemini-3.1-flash-lite", supervised_tuning_spec = new { training_dataset_uri = uri, hyper_parameters = new { epoch_count = 1 } } },
            200);

        Assert.Equal("1", (string?)job["supervisedTuningSpec"]!["hyperParameters"]!["epochCount"]);
        var ended = await project.WaitForEndAsync((string)job["name"]!);
        Assert.Contains("/locations/eu/models/", ended.TunedModel!.Model, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json", "Line 2 is not valid JSON")]
    [InlineData("", "Line 2 is not valid JSON")]
    [InlineData("""{"contents":[]}""", "Line 2 has no contents")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"a"}]}]}""", "Line 2 does not end with a turn of role \"model\"")]
    [InlineData("""{"contents":[{"role":"model","parts":[{"text":"a"}]},{"role":"user","parts":[{"text":"b"}]}]}""", "Line 2 has role \"model\" in turn 1")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":""}]}]}""", "Line 2 has an empty text")]
    [InlineData("""{"contents":[{"role":"user","parts":[]},{"role":"model","parts":[{"text":"b"}]}]}""", "Line 2 has a turn without parts")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}],"weight":2}""", "Line 2 has an unknown field \"weight\"")]
    public async Task Dataset_WithABadLine_FailsNamingIt(string bad, string expected)
    {
        var uri = await project.UploadAsync("train.jsonl", $"{Tickets.Line("a", "b")}\n{bad}\n{Tickets.Line("c", "d")}\n");

        var job = await project.WaitForEndAsync(await CreateAsync(uri));

        Assert.Equal(VertexJobState.Failed, job.State);
        Assert.Equal(3, job.Error!.Code);
        Assert.Contains(expected, job.Error.Message, StringComparison.Ordinal);
        Assert.Contains("1 invalid line(s)", job.Error.Message, StringComparison.Ordinal);
        Assert.NotNull(job.EndTime);
    }

    [Fact]
    public async Task Dataset_ManyTurns_AreAllTargets_AndLongRowsAreCountedAsTruncated()
    {
        const string Turns = """{"contents":[{"role":"user","parts":[{"text":"one"}]},{"role":"model","parts":[{"text":"1"}]},{"role":"user","parts":[{"text":"two"}]},{"role":"model","parts":[{"text":"2"}]}]}""";
        var tooLong = Tickets.Line(string.Concat(Enumerable.Repeat("9", 140_000)), "digits");
        var uri = await project.UploadAsync("train.jsonl", $"{Turns}\r\n{tooLong}");

        var job = await project.WaitForEndAsync(await CreateAsync(uri));

        Assert.Equal(VertexJobState.Succeeded, job.State);
        var stats = job.TuningDataStats!.SupervisedTuningDataStats!;
        Assert.Equal(2, stats.TuningDatasetExampleCount);
        Assert.Equal(4, stats.UserMessagePerExampleDistribution!.Max);
        Assert.Equal([2L], stats.TruncatedExampleIndices);
        var reply = await project.Client.GenerateContentAsync(job.TunedModel!.Endpoint, new() { Contents = [VertexContent.User("one")] }, default);
        Assert.Equal("1", reply.Text);
    }

    [Fact]
    public async Task Validation_LargerThanAllowed_Fails()
    {
        var uri = await project.UploadAsync("train.jsonl", Tickets.Rows(2000, 0));
        var validation = await project.UploadAsync("val.jsonl", Tickets.Rows(1001, 5000));

        var job = await project.WaitForEndAsync(await CreateAsync(uri, validation));

        Assert.Equal(3, job.Error!.Code);
        Assert.Contains("more than 30 %", job.Error.Message, StringComparison.Ordinal);
    }

    private async Task<int> JobsAsync() => (int)JsonNode.Parse(await project.Sandbox.Http.GetStringAsync("sandbox/state"))!["tuningJobs"]!;

    private async Task<string> CreateAsync(string training, string validation = "") =>
        (await project.Client.CreateTuningJobAsync(
            new()
            {
                BaseModel = "gemini-3.5-flash",
                SupervisedTuningSpec = new() { TrainingDatasetUri = training, ValidationDatasetUri = validation, HyperParameters = new() { EpochCount = 9 } },
            },
            default)).Name;

    private async Task<JsonObject> BodyAsync()
    {
        var uri = await project.UploadAsync("train.jsonl", Tickets.Rows(20, 0));
        return JsonNode.Parse(JsonSerializer.Serialize(new
        {
            baseModel = "gemini-3.5-flash",
            labels = new { tenant = "acme" },
            supervisedTuningSpec = new { trainingDatasetUri = uri, hyperParameters = new { epochCount = "1" } },
        }))!.AsObject();
    }

    private static void Set(JsonObject body, string path, string json)
    {
        var names = path.Split('.');
        var owner = names[..^1].Aggregate(body, (current, name) => current[name]!.AsObject());
        owner[names[^1]] = JsonNode.Parse(json);
    }
}
