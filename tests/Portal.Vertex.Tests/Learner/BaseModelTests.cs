using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

public sealed class BaseModelTests
{
    private readonly BaseModel _model = new();

    [Theory]
    [InlineData("Answer with one label.\nLabels: late_parcel, wrong_invoice, broken_screen")]
    [InlineData("Choose exactly one of: late_parcel, wrong_invoice or broken_screen.")]
    [InlineData("Classify the ticket into one of these categories (late_parcel, wrong_invoice, broken_screen).")]
    [InlineData("Classify the ticket as late_parcel, wrong_invoice, or broken_screen.")]
    [InlineData("Categories:\n- late_parcel\n- wrong_invoice\n- broken_screen\n\nAnswer with the category only.")]
    [InlineData("Pick the intent:\n1. late_parcel\n2. wrong_invoice\n3. broken_screen")]
    [InlineData("You must answer with a label from this list:\nlate_parcel\nwrong_invoice\nbroken_screen\n\nBe brief.")]
    [InlineData("Allowed labels: [\"late_parcel\", \"wrong_invoice\", \"broken_screen\"]")]
    [InlineData("Allowed labels:\n[\n  \"late_parcel\",\n  \"wrong_invoice\",\n  \"broken_screen\"\n]")]
    [InlineData("Rules:\n- be brief and kind\n- never guess\n- no screen names\n\nLabels:\n* `late_parcel`\n* `wrong_invoice`\n* `broken_screen`")]
    [InlineData("Labels:\n- lateParcel: it did not come\n- **wrongInvoice** - the sum is off\n- broken_screen (cracked glass)")]
    public void Answer_LabelsInTheInstruction_PicksTheOneThatOverlaps(string instruction)
    {
        foreach (var tier in Enum.GetValues<LearnerTier>())
        {
            Assert.Equal("broken_screen", Ask(tier, instruction, "the screen of my phone is broken"));
        }
    }

    [Theory]
    [InlineData(LearnerTier.FlashLite, "late_parcel")]
    [InlineData(LearnerTier.Flash, "transfer_refused")]
    [InlineData(LearnerTier.Pro, "transfer_refused")]
    public void Answer_OnlyTheStemMatches_NeedsFlash(LearnerTier tier, string expected) =>
        Assert.Equal(expected, Ask(tier, "Labels: late_parcel, transfer_refused, other_topic", "they were transferring nothing"));

    [Fact]
    public void Answer_OnlyASynonymMatches_NeedsPro()
    {
        const string Instruction = "Labels: opening_times, faulty_vehicle, salary_question";

        Assert.Equal("opening_times", Ask(LearnerTier.Flash, Instruction, "our truck is defective"));
        Assert.Equal("faulty_vehicle", Ask(LearnerTier.Pro, Instruction, "our truck is defective"));
    }

    [Fact]
    public void Answer_DescriptionOfALabel_Helps() => Assert.Equal(
        "B12", Ask(LearnerTier.Flash, "Labels:\n- A7: pumps and valves\n- B12: gearbox and clutch", "gearbox makes noise"));

    [Theory]
    [InlineData("Route the ticket.\n\nInput: my tyre lost air\nOutput: garage\n\nInput: the salad was warm\nOutput: kitchen\n\nBe brief.")]
    [InlineData("Route the ticket.\nExamples:\nmy tyre lost air -> garage\nthe salad was warm -> kitchen")]
    [InlineData("Labels: kitchen, garage\n\n**Customer message:** my tyre lost air\n**Expected output:** garage\n\nExample 2\nMessage: the salad was warm\nLabel: kitchen")]
    public void Answer_ExamplesInTheInstruction_FollowsTheNearest(string instruction)
    {
        Assert.Equal("garage", Ask(LearnerTier.Flash, instruction, "another tyre without air"));
        Assert.Equal("kitchen", Ask(LearnerTier.Flash, instruction, "salad again too warm"));
    }

    [Fact]
    public void Answer_ExamplesAsTurns_FollowsTheNearest()
    {
        var answer = _model.Answer(LearnerTier.Flash, new BasePrompt(null,
        [
            ("user", "my tyre lost air"), ("model", "garage"), ("user", "the salad was warm"), ("model", "kitchen"), ("user", "warm salad"),
        ]));

        Assert.Equal("kitchen", answer.Text);
    }

    [Theory]
    [InlineData("Labels: garage, kitchen\n\nText: the kitchen is dirty\nLabel:")]
    [InlineData("Classify the text.\nLabels:\n- garage\n- kitchen\n\nThe kitchen is dirty.")]
    [InlineData("Input: tyre\nOutput: garage\n\nInput: spoon\nOutput: kitchen\n\nInput: a dirty spoon\nOutput:")]
    public void Answer_AllInOneUserTurn_FindsTheQuestion(string turn) => Assert.Equal("kitchen", Ask(LearnerTier.Flash, null, turn));

    [Fact]
    public void Answer_LongExampleAnswers_CopiesTheNearest()
    {
        const string Instruction = "Answer the customer.\n\n"
            + "Question: when do you open?\nAnswer: We open at nine, on Sundays at eleven, and close at six in the evening.\n\n"
            + "Question: can I bring a dog?\nAnswer: Dogs are welcome in the garden, but please not at the tables inside.";

        Assert.StartsWith("Dogs are welcome", Ask(LearnerTier.Flash, Instruction, "is my dog allowed?"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Answer from the context.\nContext:\nThe hall was built in 1911. Its roof is made of copper. Entry is free.", "what is the roof made of?")]
    [InlineData(null, "<context>The hall was built in 1911. Its roof is made of copper.</context>\nQuestion: what is the roof made of?")]
    [InlineData(null, "[1] The hall was built in 1911.\n[2] Its roof is made of copper.\n\nQuestion: what is the roof made of?\nAnswer:")]
    public void Answer_PassagesGiven_QuotesTheSentence(string? instruction, string turn) =>
        Assert.Equal("Its roof is made of copper.", Ask(LearnerTier.Flash, instruction, turn));

    [Theory]
    [InlineData(null)]
    [InlineData("You are a helpful assistant. Be brief.")]
    [InlineData("Extract these fields:\n- name\n- address")]
    [InlineData("Rules:\n- be brief\n- be kind")]
    [InlineData("Summarise the text as short and precise as possible.")]
    public void Answer_NothingToGoBy_GivesTheFirstSentence(string? instruction) => Assert.Equal(
        "The second compressor stopped during the night. It smelt of smoke."[..47],
        Ask(LearnerTier.Pro, instruction, "The second compressor stopped during the night. It smelt of smoke."));

    [Fact]
    public void Answer_QuestionThatSoundsLikeAList_IsStillTheQuestion() => Assert.Equal(
        "cards", Ask(LearnerTier.Flash, "Labels: accounts, cards", "can I choose one of: visa, amex, or other cards?"));

    [Fact]
    public void Answer_OddTexts_NeverFails()
    {
        string[] odd =
        [
            string.Empty, "\0", "👍", "שלום", "\ud83d", new string('[', 50_000), new string('<', 50_000), string.Concat(Enumerable.Repeat("one of: ", 10_000)),
            string.Concat(Enumerable.Repeat("classify as a or b ", 5_000)), string.Concat(Enumerable.Repeat("Input: x\n", 10_000)),
            string.Concat(Enumerable.Repeat("[\"a\",\n", 10_000)), string.Concat(Enumerable.Repeat("labels (", 10_000)), new string('x', 100_000),
        ];
        var spent = OwnTime.Of(() =>
        {
            foreach (var (instruction, turn) in odd.SelectMany(i => odd.Select(t => (i, t))))
            {
                var answer = _model.Answer(LearnerTier.Pro, new BasePrompt(instruction, [("user", turn)]));
                Assert.True(double.IsFinite(answer.AverageLogProbability) && answer.AverageLogProbability <= 0);
            }
        });

        Assert.Equal(string.Empty, _model.Answer(LearnerTier.Pro, new BasePrompt(null, [])).Text);
        Assert.True(spent < TimeSpan.FromSeconds(20), $"took {spent}");
    }

    [Fact]
    public void Answer_FromManyThreads_IsTheSameAsFromOne()
    {
        var prompts = Tickets.Draw(3000, 1).Select((t, i) =>
            new BasePrompt($"Desk {i % 100}. Labels: billing, delivery, returns, login, hardware", [("user", t.Input)])).ToList();
        var alone = prompts.ConvertAll(p => _model.Answer(LearnerTier.Flash, p));

        var together = new ModelAnswer[prompts.Count];
        Parallel.For(0, prompts.Count, i => together[i] = _model.Answer(LearnerTier.Flash, prompts[i]));

        Assert.Equal(alone, together);
    }

    private string Ask(LearnerTier tier, string? instruction, string turn) =>
        _model.Answer(tier, new BasePrompt(instruction, [("user", turn)])).Text;
}
