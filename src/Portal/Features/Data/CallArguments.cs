using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Arguments of a function call that stand in a text. Some tools write them in quotes twice; that is undone.</summary>
internal static class CallArguments
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The arguments as a JSON object; null, with the reason in the log, where they are none.</summary>
    public static string? Read(string text, ConversationLog log)
    {
        for (var layer = 0; layer < 3; layer++)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return "{}";
            }

            try
            {
                using var document = JsonDocument.Parse(text, s_strict);
                switch (document.RootElement.ValueKind)
                {
                    case JsonValueKind.Object:
                        log.Notes |= layer > 0 ? RowNotes.ArgumentsRepaired : RowNotes.None;
                        return JsonText.Of(document.RootElement);
                    case JsonValueKind.String:
                        text = document.RootElement.GetString() ?? "";
                        continue;
                }
            }
            catch (Exception broken) when (broken is JsonException or InvalidOperationException)
            {
                // Said below.
            }

            break;
        }

        log.Refuse("the arguments of a function call are not valid JSON");
        return null;
    }
}
