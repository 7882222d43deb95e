using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class TuningTests
{
    [Fact]
    public async Task Tuning_OwnRows_SucceedsAndAnswersUnseenRows()
    {
        await using var project = await PracticeProject.StartAsync();

        var created = await project.StartTuningAsync(epochs: 3);
        var job = await project.WaitForEndAsync(created.Name);

        Assert.Equal(VertexJobState.Pending, created.State);
        Assert.Equal(VertexJobState.Succeeded, job.State);
        Assert.Matches("^projects/[0-9]{12}/locations/us-central1/tuningJobs/[0-9]+$", job.Name);
        Assert.True(job.CreateTime <= job.StartTime && job.StartTime <= job.EndTime);
        Assert.StartsWith(job.Name.Replace("us-central1", "us", StringComparison.Ordinal).Split("/tuningJobs/")[0] + "/models/", job.TunedModel!.Model, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3"], job.TunedModel.Checkpoints.Select(checkpoint => checkpoint.CheckpointId));
        Assert.Equal([15, 30, 45], job.TunedModel.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal(job.TunedModel.Endpoint, job.TunedModel.Checkpoints[2].Endpoint);

        var stats = job.TuningDataStats!.SupervisedTuningDataStats!;
        Assert.Equal(240, stats.TuningDatasetExampleCount);
        Assert.Equal(45, stats.TuningStepCount);
        Assert.Equal(stats.UserInputTokenDistribution!.Sum + stats.UserOutputTokenDistribution!.Sum, stats.TotalBillableTokenCount);

        var right = 0;
        for (var number = 240; number < 280; number++)
        {
            var (input, label) = Tickets.Row(number);
            var reply = await project.Client.GenerateContentAsync(job.TunedModel.Endpoint, new() { Contents = [VertexContent.User(input)] }, default);
            right += reply.Text == label ? 1 : 0;
        }

        Assert.True(right >= 38, $"{right} of 40 right");
    }

    [Fact]
    public async Task Metrics_OfAFinishedTuning_AreCompleteAndFall()
    {
        await using var project = await PracticeProject.StartAsync();
        var job = await project.WaitForEndAsync((await project.StartTuningAsync(epochs: 4)).Name);

        var curves = (await project.Client.ReadTrainingMetricsAsync(job.Experiment, default)).ToDictionary(curve => curve.DisplayName, curve => curve.Points);

        Assert.Equal(Enumerable.Range(1, 60).Select(step => (long)step), curves[VertexTuningMetric.TrainLoss].Select(point => point.Step));
        Assert.True(curves[VertexTuningMetric.TrainLoss][^1].Value < curves[VertexTuningMetric.TrainLoss][0].Value / 2);
        Assert.True(curves[VertexTuningMetric.EvalAccuracy][^1].Value > 0.9);
        Assert.Equal(6, curves.Count);
        Assert.True(curves[VertexTuningMetric.EvalLoss].Count >= 20);
        Assert.Subset(curves[VertexTuningMetric.EvalLoss].Select(point => point.Step).ToHashSet(), new HashSet<long> { 15, 30, 45, 60 });
    }

    [Fact]
    public async Task Restart_InTheMiddle_GoesOnWithoutGapOrRepeat()
    {
        await using var project = await PracticeProject.StartAsync(stepDelay: 100);
        var name = (await project.StartTuningAsync(epochs: 6)).Name;
        var running = await project.WaitAsync(name, job => job.State == VertexJobState.Running && job.TuningDataStats is not null);
        var early = await MeasuredAsync(project, running.Experiment);
        await project.Storage.DeleteObjectAsync(PracticeProject.Bucket, "train.jsonl", default);

        project.StepDelay = 0;
        await project.Sandbox.RestartAsync();
        var job = await project.WaitForEndAsync(name);
        var loss = (await project.Client.ReadTrainingMetricsAsync(job.Experiment, default)).Single(curve => curve.DisplayName == VertexTuningMetric.TrainLoss);

        Assert.InRange(early.Count, 1, 89);
        Assert.Equal(early, loss.Points.Take(early.Count));
        Assert.Equal(VertexJobState.Succeeded, job.State);
        Assert.Equal(running.StartTime, job.StartTime);
        Assert.Equal(Enumerable.Range(1, 90).Select(step => (long)step), loss.Points.Select(point => point.Step));
        Assert.Equal(6, job.TunedModel!.Checkpoints.Count);
    }

    [Fact]
    public async Task Copy_OfTheFolderAtAnyMoment_GoesOnToTheSameMeasurements()
    {
        await using var project = await PracticeProject.StartAsync(stepDelay: 30);
        var name = (await project.StartTuningAsync(epochs: 4)).Name;
        await MeasuredAsync(project, (await project.WaitAsync(name, job => job.TuningDataStats is not null)).Experiment);

        // What a killed process would leave behind: no state saved on the way out.
        var killed = await RunningSandbox.StartOnCopyOfAsync(project.Sandbox.Folder);
        await using var _ = killed;
        var whole = await LossAsync((await project.WaitForEndAsync(name)).Experiment, project.Sandbox.Http);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((string?)JsonNode.Parse(await killed.Http.GetStringAsync("v1/" + name, patience.Token))!["state"] != VertexJobState.Succeeded)
        {
            await Task.Delay(20, patience.Token);
        }

        var resumed = await LossAsync((await project.Client.GetTuningJobAsync(name, default)).Experiment, killed.Http);
        Assert.Equal(whole, resumed);
    }

    [Fact]
    public async Task List_FilterByLabel_FindsOnlyThatJob()
    {
        await using var project = await PracticeProject.StartAsync();
        var first = await project.StartTuningAsync(epochs: 1, label: "r1");
        var second = await project.StartTuningAsync(epochs: 1, label: "r2");

        var quoted = JsonNode.Parse(await project.Sandbox.Http.GetStringAsync(PracticeProject.Parent + "/tuningJobs?filter=labels.run%3D%22r1%22"))!;
        var plain = JsonNode.Parse(await project.Sandbox.Http.GetStringAsync(PracticeProject.Parent + "/tuningJobs?filter=labels.run=r2"))!;
        var none = await project.Sandbox.Http.GetStringAsync(PracticeProject.Parent + "/tuningJobs?filter=labels.run=r3");
        var page = JsonNode.Parse(await project.Sandbox.Http.GetStringAsync(PracticeProject.Parent + "/tuningJobs?pageSize=1"))!;
        var rest = JsonNode.Parse(await project.Sandbox.Http.GetStringAsync(PracticeProject.Parent + "/tuningJobs?pageSize=1&pageToken=" + Uri.EscapeDataString((string)page["nextPageToken"]!)))!;

        Assert.Equal(first.Name, (string?)Assert.Single(quoted["tuningJobs"]!.AsArray())!["name"]);
        Assert.Equal(second.Name, (string?)Assert.Single(plain["tuningJobs"]!.AsArray())!["name"]);
        Assert.Equal("{}", none);
        Assert.Equal([second.Name, first.Name], new[] { page, rest }.Select(one => (string?)Assert.Single(one["tuningJobs"]!.AsArray())!["name"]));
        Assert.Null(rest["nextPageToken"]);
        Assert.Equal(first.Name, (await project.Client.FindTuningJobByLabelAsync("run", "r1", default))?.Name);
    }

    [Fact]
    public async Task Cancel_RunningAndWaiting_EndCancelled()
    {
        await using var project = await PracticeProject.StartAsync(stepDelay: 50);
        var running = (await project.StartTuningAsync(epochs: 9, label: "a")).Name;
        var waiting = (await project.StartTuningAsync(epochs: 9, label: "b")).Name;
        await project.WaitAsync(running, job => job.State == VertexJobState.Running);
        Assert.Equal(VertexJobState.Pending, (await project.Client.GetTuningJobAsync(waiting, default)).State);

        await project.Client.CancelTuningJobAsync(waiting, default);
        await project.Client.CancelTuningJobAsync(running, default);

        foreach (var name in new[] { running, waiting })
        {
            var job = await project.WaitForEndAsync(name);
            Assert.Equal(VertexJobState.Cancelled, job.State);
            Assert.Equal(1, job.Error!.Code);
            Assert.Null(job.TunedModel);
        }
    }

    [Fact]
    public async Task Defaults_WhenNothingIsSaid_AreWrittenBack()
    {
        await using var project = await PracticeProject.StartAsync();
        var created = await project.Client.CreateTuningJobAsync(
            new()
            {
                BaseModel = "gemini-3.5-flash-lite",
                SupervisedTuningSpec = new() { TrainingDatasetUri = await project.UploadAsync("t.jsonl", Tickets.Rows(600, 0)), ExportLastCheckpointOnly = true },
            },
            default);

        var job = await project.WaitForEndAsync(created.Name);

        Assert.Equal(20, job.SupervisedTuningSpec!.HyperParameters!.EpochCount);
        Assert.Equal(1, job.SupervisedTuningSpec.HyperParameters.LearningRateMultiplier);
        Assert.Empty(job.TunedModel!.Checkpoints);
        Assert.StartsWith("gemini-3.5-flash-lite-", job.TunedModelDisplayName, StringComparison.Ordinal);
        Assert.DoesNotContain(await project.Client.ReadTrainingMetricsAsync(job.Experiment, default), curve => curve.DisplayName.StartsWith("/eval", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<VertexMetricPoint>> MeasuredAsync(PracticeProject project, string experiment)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var curves = await project.Client.ReadTrainingMetricsAsync(experiment, patience.Token);
            if (curves.FirstOrDefault(curve => curve.DisplayName == VertexTuningMetric.TrainLoss) is { Points: { Count: > 5 } points })
            {
                return points;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<string> LossAsync(string experiment, HttpClient http)
    {
        var context = JsonNode.Parse(await http.GetStringAsync("v1/" + experiment))!;
        var board = (string)context["metadata"]!["backing_tensorboard_resource"]!;
        var runs = JsonNode.Parse(await http.GetStringAsync($"v1/{board}/experiments/{experiment.Split('/')[^1]}/runs"))!;
        var series = JsonNode.Parse(await http.GetStringAsync($"v1/{(string)runs["tensorboardRuns"]![0]!["name"]!}/timeSeries"))!;
        var loss = series["tensorboardTimeSeries"]!.AsArray().Single(one => (string)one!["displayName"]! == VertexTuningMetric.TrainLoss)!;
        var data = JsonNode.Parse(await http.GetStringAsync($"v1/{(string)loss["name"]!}:read?maxDataPoints=-1"))!;
        return string.Join(' ', data["timeSeriesData"]!["values"]!.AsArray().Select(point => $"{point!["step"]}:{point["scalar"]!["value"]}"));
    }
}
