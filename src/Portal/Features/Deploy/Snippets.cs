namespace Portal.Features.Deploy;

/// <summary>Code that works when it is pasted, once the key is in the environment.</summary>
public static class Snippets
{
    private const string Input = "Write your input here";

    public static IReadOnlyList<(string Name, string Text)> All(string address, string model) =>
        [("curl", Curl(address, model)), ("Python", Python(address, model)), ("JavaScript", JavaScript(address, model)), ("C#", CSharp(address, model)), ("Feedback", Feedback(address))];

    private static string Curl(string address, string model) => $$$"""
        curl "{{{address}}}/v1/models/{{{model}}}:generateContent" \
          -H "x-goog-api-key: $PORTAL_API_KEY" \
          -H "Content-Type: application/json" \
          -d '{"contents": [{"role": "user", "parts": [{"text": "{{{Input}}}"}]}]}'
        """;

    private static string Python(string address, string model) => $$$$"""
        import json, os, urllib.request

        request = urllib.request.Request(
            "{{{{address}}}}/v1/models/{{{{model}}}}:generateContent",
            data=json.dumps({"contents": [{"role": "user", "parts": [{"text": "{{{{Input}}}}"}]}]}).encode(),
            headers={"x-goog-api-key": os.environ["PORTAL_API_KEY"], "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        print(answer["candidates"][0]["content"]["parts"][0]["text"])
        """;

    private static string JavaScript(string address, string model) => $$"""
        // npm install @google/genai   (save as call.mjs)
        import { GoogleGenAI } from "@google/genai";

        const ai = new GoogleGenAI({ apiKey: process.env.PORTAL_API_KEY, httpOptions: { baseUrl: "{{address}}" } });
        const answer = await ai.models.generateContent({ model: "{{model}}", contents: "{{Input}}" });
        console.log(answer.text);
        """;

    // JSON without reflection: a single file run by `dotnet run` has none.
    private static string CSharp(string address, string model) => $$$$""""
        // dotnet run call.cs
        using System.Text;
        using System.Text.Json.Nodes;

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-goog-api-key", Environment.GetEnvironmentVariable("PORTAL_API_KEY"));
        var body = JsonNode.Parse("""{"contents": [{"role": "user", "parts": [{"text": "{{{{Input}}}}"}]}]}""")!;
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("{{{{address}}}}/v1/models/{{{{model}}}}:generateContent", content);
        response.EnsureSuccessStatusCode();
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Console.WriteLine(answer["candidates"]![0]!["content"]!["parts"]![0]!["text"]);
        """";

    // A key never stands in a page: its own server, which asked and has the answer's id, passes on what readers say.
    private static string Feedback(string address) => $$"""
        <!-- In your page, below an answer: its responseId (or OpenAI id) stands in data-answer. -->
        <p class="feedback" data-answer="RESPONSE_ID">
          <button type="button" value="up">Helpful</button> <button type="button" value="down">Not helpful</button> <output></output>
        </p>
        <script>
          for (const widget of document.querySelectorAll(".feedback")) {
            widget.addEventListener("click", async ({ target }) => {
              if (!target.matches("button")) return;
              const sent = await fetch("/feedback", {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ answer: widget.dataset.answer, thumb: target.value }),
              }).catch(() => null);
              widget.querySelector("output").textContent = sent && sent.ok ? "Thank you." : "That could not be sent. Try again.";
            });
          }
        </script>

        // On your server, at /feedback: the key stays there. Also possible: score (0 to 1), comment, correctedAnswer.
        await fetch(`{{address}}/v1/responses/${encodeURIComponent(body.answer)}/feedback`, {
          method: "POST",
          headers: { "x-goog-api-key": process.env.PORTAL_API_KEY, "content-type": "application/json" },
          body: JSON.stringify({ thumb: body.thumb }),
        });
        """;
}
