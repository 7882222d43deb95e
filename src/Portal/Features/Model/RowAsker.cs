using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Model;

/// <summary>The rows of a chunk that have been settled, in any order, and what stopped the others.</summary>
public sealed record Asked(IReadOnlyList<CandidateAnswer> Answers, VertexException? Fault)
{
    public static readonly Asked Nothing = new([], null);
}

/// <summary>Asks a candidate's model for some rows, a few at once, and scores the answers. Holds no database.</summary>
public sealed class RowAsker(QuestionFiles files, IOptions<RunOptions> options, TimeProvider time)
{
    public async Task<Asked> AskAsync(
        VertexSession session, CandidateDetail candidate, TaskDefinition task, string runId, IReadOnlyList<VersionExample> rows, CancellationToken ct)
    {
        var answers = new ConcurrentBag<CandidateAnswer>();
        VertexException? fault = null;
        var began = time.GetTimestamp();
        var patience = TimeSpan.FromSeconds(options.Value.StepSeconds);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = options.Value.Concurrency, CancellationToken = ct };
        try
        {
            await Parallel.ForEachAsync(rows, limits, async (row, stop) =>
            {
                if (Volatile.Read(ref fault) is not null || time.GetElapsedTime(began) > patience)
                {
                    return;
                }

                try
                {
                    answers.Add(await AskAsync(session, candidate, task, runId, row, stop));
                }
                catch (VertexException refused) when (IsAboutTheRow(refused))
                {
                    answers.Add(new CandidateAnswer { RunId = runId, Number = row.Number, Error = CandidateAnswer.Stored($"{refused.HttpStatus} {refused.Status}: {refused.Message}", CandidateAnswer.ErrorLength) });
                }
                catch (VertexException other)
                {
                    // What has been asked already is paid for and comes to its end; nothing new is begun.
                    Interlocked.CompareExchange(ref fault, other, null);
                }
            });
        }
        finally
        {
            await files.ClearAsync(session, runId, ct);
        }

        return new Asked([.. answers.OrderBy(a => a.Number)], fault);
    }

    private async Task<CandidateAnswer> AskAsync(
        VertexSession session, CandidateDetail candidate, TaskDefinition task, string runId, VersionExample row, CancellationToken ct)
    {
        var question = await files.WithFilesAsync(session, candidate.Candidate.ProjectId, runId, row, QuestionOf(candidate.Recipe, row), ct);
        var began = time.GetTimestamp();
        var response = await session.Vertex.GenerateContentAsync(candidate.Candidate.ModelName, question, ct);
        var latency = time.GetElapsedTime(began).TotalMilliseconds;
        var answer = CandidateAnswer.Stored(response.Text, CandidateAnswer.AnswerLength);
        var usage = response.UsageMetadata ?? new VertexUsageMetadata();
        return new CandidateAnswer
        {
            RunId = runId,
            Number = row.Number,
            Answer = answer,
            IsCorrect = AnswerScore.IsCorrect(task, row.Output, answer),
            Score = AnswerScore.Of(task, row.Output, answer),
            FinishReason = CandidateAnswer.Stored(FinishOf(response), 60),
            LatencyMs = latency,
            InputTokens = usage.PromptTokenCount,
            OutputTokens = usage.CandidatesTokenCount,
            CachedTokens = usage.CachedContentTokenCount,
            ThinkingTokens = usage.ThoughtsTokenCount,
        };
    }

    /// <summary>A row of several turns is asked as it was trained: all before its last answer, after the recipe's own examples.</summary>
    internal static VertexGenerateContentRequest QuestionOf(Recipe recipe, VersionExample row)
    {
        var question = recipe.RequestFor(row.Input);
        if (row.Content is not null && JsonSerializer.Deserialize<VertexGenerateContentRequest>(row.Content, VertexJson.Options) is { } whole)
        {
            question = question with { Contents = [.. question.Contents.SkipLast(1), .. whole.Contents.SkipLast(1)], Tools = whole.Tools };
        }

        var system = question.SystemInstruction?.Parts ?? [];
        return row.System is "" ? question : question with { SystemInstruction = new VertexContent { Parts = [.. system, new VertexPart { Text = row.System }] } };
    }

    private static string FinishOf(VertexGenerateContentResponse response) => response.PromptFeedback is { BlockReason: not "" } blocked
        ? $"BLOCKED {blocked.BlockReason}"
        : response.Candidates is [var first, ..] ? first.FinishReason : "";

    /// <summary>A bad request is the row's own fault, an oversized input for one; all else concerns every row.</summary>
    private static bool IsAboutTheRow(VertexException refused) => refused is { HttpStatus: 400 or 413, IsTransient: false };
}
