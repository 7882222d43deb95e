using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

internal enum Said
{
    Answered,
    NotFound,
    Forbidden,

    /// <summary>Refused in words for the customer, by a rule that has nothing to do with whose it is.</summary>
    Refused,

    /// <summary>Has to sign in, or to show a key, first.</summary>
    TurnedAway,

    /// <summary>The right to be here ended while the page was open.</summary>
    Ended,

    /// <summary>Broke, with nothing said to the customer.</summary>
    Broke,
}

/// <summary>What a surface said: how it ended, by which right it was refused, and all of its words and figures.</summary>
internal sealed partial record Outcome(Said Said, string Text, Permission? Lacking = null)
{
    private const int MostText = 1 << 20;

    /// <summary>The same words but for ids, which differ between any two things.</summary>
    public string Plain => $"{Said} {PublicIds().Replace(Hashes().Replace(Sealed().Replace(Text, "{sealed}"), "{hash}"), "{id}")}";

    public static Outcome Of(Exception fault) => fault switch
    {
        TargetInvocationException { InnerException: { } inner } => Of(inner),
        NotFoundException => new Outcome(Said.NotFound, fault.Message),
        GatewayException { Code: 404 } => new Outcome(Said.NotFound, fault.Message),
        ForbiddenException forbidden => new Outcome(Said.Forbidden, fault.Message, forbidden.Permission),
        AccessChangedException => new Outcome(Said.Ended, fault.Message),
        PortalException expected => new Outcome(Said.Refused, $"{fault.GetType().Name}: {fault.Message} {expected.Details}"),
        _ => new Outcome(Said.Broke, $"{fault.GetType().Name}: {fault.Message} {fault.InnerException?.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Portal.", StringComparison.Ordinal))?.Trim()}"),
    };

    public static async Task<Outcome> OfAsync(object? answer)
    {
        var text = new StringBuilder();
        Write(text, await AwaitAsync(answer), 0);
        return new Outcome(Said.Answered, text.ToString());
    }

    private static async Task<object?> AwaitAsync(object? answer)
    {
        if (answer is Task task)
        {
            await task;
            return task.GetType().GetProperty("Result") is { } result && result.PropertyType.Name is not "VoidTaskResult" ? result.GetValue(task) : null;
        }

        if (answer is ValueTask none)
        {
            await none;
            return null;
        }

        if (answer?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return await AwaitAsync(type.GetMethod("AsTask")!.Invoke(answer, null));
        }

        if (answer?.GetType().GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) is { } stream)
        {
            return await (Task<object?>)typeof(Outcome).GetMethod(nameof(ListAsync), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(stream.GetGenericArguments()).Invoke(null, [answer])!;
        }

        return answer;
    }

    private static async Task<object?> ListAsync<T>(IAsyncEnumerable<T> stream)
    {
        List<T> all = [];
        await foreach (var one in stream)
        {
            all.Add(one);
        }

        return all;
    }

    /// <summary>Everything that can be read off an answer, however it is nested.</summary>
    private static void Write(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case null:
                text.Append("null ");
                break;
            case string or IFormattable or bool or Uri or Type:
                text.Append(CultureInfo.InvariantCulture, $"{value} ");
                break;
            case Stream stream:
                using (stream)
                {
                    using var copy = new MemoryStream();
                    stream.CopyTo(copy);
                    text.Append(FileText.Of(copy.ToArray())).Append(' ');
                }

                break;
            case Delegate or CancellationToken:
                break;
            case IEnumerable many when depth < 8:
                text.Append('[');
                foreach (var one in many)
                {
                    Write(text, one, depth + 1);
                }

                text.Append("] ");
                break;
            case not null when depth < 8 && text.Length < MostText && value.GetType().Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) is not true:
                WriteParts(text, value, depth);
                break;
        }
    }

    private static void WriteParts(StringBuilder text, object value, int depth)
    {
        text.Append('{');
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length is 0 && p.GetMethod is not null))
        {
            try
            {
                Write(text, property.GetValue(value), depth + 1);
            }
            catch (TargetInvocationException)
            {
                // A property that is worked out of others may not be had of every row.
            }
        }

        foreach (var field in value.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            Write(text, field.GetValue(value), depth + 1);
        }

        text.Append("} ");
    }

    [GeneratedRegex("[a-z]{2,5}_[0-9a-z]{20,}")]
    private static partial Regex PublicIds();

    /// <summary>Data protection's, which is another each time.</summary>
    [GeneratedRegex("CfDJ8[A-Za-z0-9_-]+")]
    private static partial Regex Sealed();

    [GeneratedRegex("[0-9a-f]{32,64}|[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex Hashes();
}
