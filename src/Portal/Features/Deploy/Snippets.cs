namespace Portal.Features.Deploy;

/// <summary>Code that works when it is pasted, once the key is in the environment.</summary>
public static class Snippets
{
    private const string Input = "Write your input here";

    public static IReadOnlyList<(string Name, string Text)> All(string address, string model) =>
        [("curl", Curl(address, model)), ("Python", Python(address, model)), ("JavaScript", JavaScript(address, model)), ("C#", CSharp(address, model))];

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
}
