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

    private static string Python(string address, string model) => $$"""
        # pip install google-genai
        import os
        from google import genai

        client = genai.Client(api_key=os.environ["PORTAL_API_KEY"], http_options={"base_url": "{{address}}"})
        answer = client.models.generate_content(model="{{model}}", contents="{{Input}}")
        print(answer.text)
        """;

    private static string JavaScript(string address, string model) => $$"""
        // npm install @google/genai   (save as call.mjs)
        import { GoogleGenAI } from "@google/genai";

        const ai = new GoogleGenAI({ apiKey: process.env.PORTAL_API_KEY, httpOptions: { baseUrl: "{{address}}" } });
        const answer = await ai.models.generateContent({ model: "{{model}}", contents: "{{Input}}" });
        console.log(answer.text);
        """;

    private static string CSharp(string address, string model) => $$"""
        // dotnet run call.cs
        using System.Net.Http.Json;
        using System.Text.Json.Nodes;

        using var http = new HttpClient { BaseAddress = new Uri("{{address}}/") };
        http.DefaultRequestHeaders.Add("x-goog-api-key", Environment.GetEnvironmentVariable("PORTAL_API_KEY"));
        var body = new JsonObject { ["contents"] = new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = "{{Input}}" }) }) };
        var response = await http.PostAsJsonAsync("v1/models/{{model}}:generateContent", body);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>();
        Console.WriteLine(answer!["candidates"]![0]!["content"]!["parts"]![0]!["text"]);
        """;
}
