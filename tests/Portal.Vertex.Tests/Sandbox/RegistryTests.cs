using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class RegistryTests
{
    [Fact]
    public async Task Model_OfATuning_IsListedPatchedAndNamesItsEndpoints()
    {
        await using var project = await PracticeProject.StartAsync();
        var job = await TunedAsync(project);
        var name = job.TunedModel!.Model.Split('@')[0];
        var parent = name.Split("/models/")[0];

        var model = await project.Client.GetModelAsync(job.TunedModel.Model, default);
        var byLabel = await GetAsync(project, $"v1/{parent}/models?filter=labels.tune-type%3A*");
        var byName = await GetAsync(project, $"v1/{parent}/models?filter=displayName%3D%22other%22");
        var checkpoints = await GetAsync(project, $"v1/{name}@1:listCheckpoints");
        var versions = await GetAsync(project, $"v1/{name}:listVersions");
        using var patched = await project.Sandbox.Http.PatchAsJsonAsync($"v1beta1/{name}", new { displayName = "renamed" });
        using var masked = await project.Sandbox.Http.PatchAsJsonAsync($"v1/{name}?updateMask=default_checkpoint_id", new { defaultCheckpointId = "1", displayName = "ignored" });
        using var wrong = await project.Sandbox.Http.PatchAsJsonAsync($"v1/{name}?updateMask=defaultCheckpointId", new { defaultCheckpointId = "77" });
        var after = await project.Client.GetModelAsync(name + "@default", default);

        Assert.Equal(2, model.DeployedModels.Count);
        Assert.Contains(model.DeployedModels, deployed => deployed.Endpoint == job.TunedModel.Endpoint);
        Assert.Equal("r1", model.Labels["run"]);
        Assert.Equal(name, (string?)Assert.Single(byLabel["models"]!.AsArray())!["name"]);
        Assert.Null(byName["models"]);
        Assert.Equal(2, checkpoints["checkpoints"]!.AsArray().Count);
        Assert.Single(versions["models"]!.AsArray());
        Assert.True(patched.IsSuccessStatusCode);
        Assert.True(masked.IsSuccessStatusCode);
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.Equal("renamed", after.DisplayName);
        Assert.Equal("1", after.DefaultCheckpointId);
    }

    [Fact]
    public async Task TakingDown_InOrder_WorksAndOutOfOrderIsRefused()
    {
        await using var project = await PracticeProject.StartAsync();
        var job = await TunedAsync(project);
        var model = job.TunedModel!.Model;

        // Endpoints are listed by place, and a tuned model's is the multi-region.
        var there = project.ClientAt(VertexResourceName.Parse(model).Location!);
        List<string> listed = [];
        await foreach (var endpoint in there.ListEndpointsAsync("displayName=\"no such name\"", default))
        {
            listed.Add(endpoint.Name);
        }

        Assert.Empty(listed);
        await foreach (var endpoint in there.ListEndpointsAsync(null, default))
        {
            listed.Add(endpoint.Name);
        }

        Assert.Equal(job.TunedModel!.Checkpoints.Select(c => c.Endpoint).Order(), listed.Order());
        var tooEarly = await Assert.ThrowsAsync<VertexException>(() => project.Client.DeleteModelAsync(model, default));
        var inUse = await Assert.ThrowsAsync<VertexException>(() => project.Client.DeleteEndpointAsync(job.TunedModel.Endpoint, default));
        foreach (var endpoint in job.TunedModel.Checkpoints.Select(checkpoint => checkpoint.Endpoint))
        {
            var deployed = (await project.Client.GetEndpointAsync(endpoint, default)).DeployedModels.Single();
            await project.Client.UndeployModelAsync(endpoint, deployed.Id, default);
            var silent = await Assert.ThrowsAsync<VertexException>(() =>
                project.Client.GenerateContentAsync(endpoint, new() { Contents = [VertexContent.User("x")] }, default));
            Assert.Equal(VertexErrorStatus.FailedPrecondition, silent.Status);
            await project.Client.DeleteEndpointAsync(endpoint, default);
        }

        var operation = await project.Client.DeleteModelAsync(model, default);
        Assert.False(operation.Done);
        var done = await project.Client.WaitOperationAsync(operation.Name, default);
        var gone = await Assert.ThrowsAsync<VertexException>(() => project.Client.GetModelAsync(model, default));

        Assert.Equal(VertexErrorStatus.FailedPrecondition, tooEarly.Status);
        Assert.Equal(VertexErrorStatus.FailedPrecondition, inUse.Status);
        Assert.Equal("type.googleapis.com/google.protobuf.Empty", done.Response!.Value.GetProperty("@type").GetString());
        Assert.Equal(404, gone.HttpStatus);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(project.Sandbox.Folder, "vertex", "training"), "*.adapter", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Redeploy_OfACheckpoint_AnswersFromIt()
    {
        await using var project = await PracticeProject.StartAsync();
        var job = await TunedAsync(project);
        var parent = job.TunedModel!.Model.Split("/models/")[0];

        var created = await project.Client.CreateEndpointAsync(parent, new() { DisplayName = "again" }, default);
        var endpoint = (await project.Client.WaitOperationAsync(created.Name, default)).Response!.Value.GetProperty("name").GetString()!;
        await project.Client.DeployModelAsync(endpoint, new() { Model = job.TunedModel.Model, CheckpointId = "1" }, default);
        var bad = await Assert.ThrowsAsync<VertexException>(() =>
            project.Client.DeployModelAsync(endpoint, new() { Model = job.TunedModel.Model, CheckpointId = "9" }, default));
        var ask = new VertexGenerateContentRequest { Contents = [VertexContent.User(Tickets.Row(250).Input)] };
        var again = await project.Client.GenerateContentAsync(endpoint, ask, default);
        var first = await project.Client.GenerateContentAsync(job.TunedModel.Checkpoints[0].Endpoint, ask, default);
        var last = await project.Client.GenerateContentAsync(job.TunedModel.Endpoint, ask, default);

        Assert.Equal(400, bad.HttpStatus);
        Assert.Equal(first.Candidates[0].AvgLogprobs, again.Candidates[0].AvgLogprobs);
        Assert.NotEqual(first.Candidates[0].AvgLogprobs, last.Candidates[0].AvgLogprobs);
    }

    [Fact]
    public async Task Registry_AfterRestart_IsTheSame()
    {
        await using var project = await PracticeProject.StartAsync();
        var job = await TunedAsync(project);
        var ask = new VertexGenerateContentRequest { Contents = [VertexContent.User(Tickets.Row(251).Input)] };
        var before = await project.Client.GenerateContentAsync(job.TunedModel!.Endpoint, ask, default);

        await project.Sandbox.RestartAsync();

        var after = await project.Client.GenerateContentAsync(job.TunedModel.Endpoint, ask, default);
        Assert.Equal(before.Text, after.Text);
        Assert.Equal(before.Candidates[0].AvgLogprobs, after.Candidates[0].AvgLogprobs);
        Assert.Equivalent(job, await project.Client.GetTuningJobAsync(job.Name, default), strict: true);
    }

    private static async Task<JsonNode> GetAsync(PracticeProject project, string path) =>
        (await project.Sandbox.Http.GetFromJsonAsync<JsonNode>(path))!;

    private static async Task<VertexTuningJob> TunedAsync(PracticeProject project)
    {
        var job = await project.WaitForEndAsync((await project.StartTuningAsync(epochs: 2)).Name);
        Assert.Equal(VertexJobState.Succeeded, job.State);
        return job;
    }
}
