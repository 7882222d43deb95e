using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

/// <summary>Support tickets of our own invention, drawn from templates by a fixed seed.</summary>
internal static class Tickets
{
    private static readonly (string Label, string[] Facts)[] s_desks =
    [
        ("billing", ["the invoice shows the wrong total", "i was charged twice", "the receipt never came", "tax is missing on my bill"]),
        ("delivery", ["the parcel has not arrived", "the courier left it in the rain", "tracking stands still", "the driver never rang"]),
        ("returns", ["i want to send it back", "the colour does not suit me", "how do i get my money back", "the size is too small"]),
        ("login", ["my password is refused", "the code never reaches my phone", "i am locked out", "the reset link has expired"]),
        ("hardware", ["the screen is cracked", "the battery dies at noon", "the hinge broke off", "it will not charge"]),
        ("software", ["the app crashes when i open it", "the update froze at half", "buttons do nothing", "it says out of memory"]),
        ("warranty", ["is this still under guarantee", "the seller denies the warranty", "how long is it covered", "i lost the guarantee card"]),
        ("praise", ["your staff were lovely", "best purchase in years", "thank you for the quick help", "five stars from me"]),
    ];

    private static readonly string[] s_openings =
        ["hello,", "good morning,", "hi team,", "to whom it may concern,", "sorry to bother you but", "once again", "as i said on monday", "quick one:"];

    private static readonly string[] s_endings =
        ["please advise.", "what now?", "this is the second time.", "regards, jo", "thanks in advance.", "can anyone help?", "i am waiting.", "sent from a train."];

    private static readonly string[] s_parts =
    [
        "pump", "valve", "motor", "belt", "gear", "filter", "hose", "rotor", "sensor", "clutch",
        "fan", "boiler", "winch", "crane", "lathe", "drill", "mixer", "oven", "press", "kiln",
    ];

    private static readonly string[] s_faults =
    [
        "leaks", "rattles", "overheats", "jams", "slips", "smokes", "stalls", "drifts", "corrodes", "vibrates",
        "bends", "squeals", "sparks", "freezes", "tilts", "floods", "hums", "cracks", "wobbles", "trips",
    ];

    public static List<TrainingExample> Draw(int rows, int seed, double mislabelled = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(i => Ticket(random, s_desks[i % s_desks.Length], mislabelled))];
    }

    /// <summary>Up to 400 classes that differ in two words, which a narrow adapter can hardly hold apart.</summary>
    public static List<TrainingExample> DrawParts(int rows, int seed, int kinds = 10)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => (Part: s_parts[random.Next(kinds)], Fault: s_faults[random.Next(kinds)])).Select(t =>
            new TrainingExample($"{Pick(random, s_openings)} the {t.Part} {t.Fault} {Pick(random, s_endings)}", $"{t.Part}/{t.Fault}"))];
    }

    private static TrainingExample Ticket(Random random, (string Label, string[] Facts) desk, double mislabelled)
    {
        var label = random.NextDouble() < mislabelled ? s_desks[random.Next(s_desks.Length)].Label : desk.Label;
        return new TrainingExample($"{Pick(random, s_openings)} {Pick(random, desk.Facts)} {Pick(random, s_endings)}", label);
    }

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
