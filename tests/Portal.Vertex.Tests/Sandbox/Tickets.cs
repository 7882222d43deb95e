using System.Text;
using System.Text.Json;

namespace Portal.Vertex.Tests.Sandbox;

/// <summary>Invented support messages of four kinds; rows with different numbers never have the same text.</summary>
internal static class Tickets
{
    private static readonly (string Label, string[] Phrases)[] s_kinds =
    [
        ("card_lost", ["I lost my card", "my card was stolen", "cannot find my card anywhere"]),
        ("refund", ["please give my money back", "when does the refund arrive", "I want a refund for the purchase"]),
        ("login", ["the app does not let me sign in", "my password is not accepted", "locked out of my account"]),
        ("fees", ["why was I charged a fee", "the monthly fee is wrong", "what does a transfer cost"]),
    ];

    private static readonly string[] s_places = ["in Berlin", "at the airport", "on Monday", "last week", "at the shop", "abroad", "with my phone"];

    public static (string Input, string Label) Row(int number)
    {
        var (label, phrases) = s_kinds[number % s_kinds.Length];
        var phrase = phrases[number / s_kinds.Length % phrases.Length];
        return ($"{phrase} {s_places[number % s_places.Length]}, case {number}", label);
    }

    public static string Line(string input, string output) => JsonSerializer.Serialize(new
    {
        systemInstruction = new { parts = new[] { new { text = "Classify the message." } } },
        contents = new[]
        {
            new { role = "user", parts = new[] { new { text = input } } },
            new { role = "model", parts = new[] { new { text = output } } },
        },
    });

    public static string Rows(int count, int first)
    {
        var lines = new StringBuilder();
        for (var number = first; number < first + count; number++)
        {
            var (input, label) = Row(number);
            lines.Append(Line(input, label)).Append('\n');
        }

        return lines.ToString();
    }
}
