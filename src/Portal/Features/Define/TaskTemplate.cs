namespace Portal.Features.Define;

/// <summary>A starting point for a trade: everything in it can be changed.</summary>
public sealed record TaskTemplate(string Name, string Industry, TaskKind Kind, string Goal, string Instruction, MetricKind Metric, double Target)
{
    public static readonly IReadOnlyList<TaskTemplate> All =
    [
        new("Support message routing", "Customer support", TaskKind.Classify,
            "Send every incoming message to the right team at once, without a person reading it first.",
            "Classify the customer's message by what they need.", MetricKind.Accuracy, 0.9),
        new("Maintenance work orders", "Manufacturing", TaskKind.Extract,
            "Turn technicians' short notes into structured records of what failed and what was done.",
            "Extract the objects, states and activities from the maintenance note as JSON.", MetricKind.TokenF1, 0.8),
        new("Visit to clinical note", "Healthcare", TaskKind.Generate,
            "Write the section of the clinical note that follows from a doctor-patient conversation, in the clinic's own style.",
            "Write the clinical note section for this conversation. State only what was said.", MetricKind.RougeL, 0.45),
        new("Audio to structured note", "Healthcare", TaskKind.Generate,
            "Turn the recording of a visit into a note with the same sections every time, ready for the record.",
            "Listen to the recording and write the note in four sections: Subjective, Objective, Assessment and Plan. State only what was said.", MetricKind.RougeL, 0.45),
        new("Contract clause type", "Legal", TaskKind.Classify,
            "Label each clause of a contract so that lawyers read the risky ones first.",
            "Name the type of this contract clause.", MetricKind.MacroF1, 0.85),
        new("Biomedical relations", "Life sciences", TaskKind.Extract,
            "Find the diseases, body parts, causes, symptoms and treatments in research text, and how they relate.",
            "Extract the relations in this text as JSON objects with head, relation and tail.", MetricKind.TokenF1, 0.8),
        new("Policy questions", "Finance", TaskKind.Answer,
            "Answer staff's questions about our own policies in the words the policies use.",
            "Answer the question from the policy text given with it. Say so when the text does not answer it.", MetricKind.TokenF1, 0.7),
    ];
}
