using System.Globalization;
using System.Text.Json;

namespace Portal.Features.Deploy;

/// <summary>
/// What a canary is held to: by how much it may be worse, and how much both sides must have shown before that is judged. An endpoint that
/// sets none has the portal's. Bounded on both sides: what never stops anything is no guard, and what stops at every noise is none either.
/// </summary>
public sealed record CanaryLimits
{
    public const double MostShare = 0.5;
    public const double LeastRatio = 1.05;
    public const double MostRatio = 10;
    public const int LeastCalls = 10;
    public const int LeastAnswers = 60;
    public const int MostFloor = 100_000;

    /// <summary>By how much more of its calls may fail.</summary>
    public required double ErrorShare { get; init; }

    /// <summary>How many times as long the slowest twentieth may begin at.</summary>
    public required double LatencyRatio { get; init; }

    /// <summary>By how much more of its rated answers may be rated bad.</summary>
    public required double ThumbShare { get; init; }

    public required int Calls { get; init; }

    public required int Answers { get; init; }

    public required int Thumbs { get; init; }

    public static CanaryLimits Usual(DeployOptions options) => new()
    {
        ErrorShare = options.CanaryErrorShare, LatencyRatio = options.CanaryLatencyRatio, ThumbShare = options.CanaryThumbShare,
        Calls = options.CanaryCalls, Answers = options.CanaryAnswers, Thumbs = options.CanaryThumbs,
    };

    public static CanaryLimits Of(Endpoint endpoint, DeployOptions options) =>
        endpoint.CanaryLimitsJson is "" ? Usual(options) : JsonSerializer.Deserialize<CanaryLimits>(endpoint.CanaryLimitsJson) ?? Usual(options);

    public string ToStored() => JsonSerializer.Serialize(this);

    /// <exception cref="PortalException">One is outside its bounds.</exception>
    public CanaryLimits Checked()
    {
        Require(ErrorShare is >= 0 and <= MostShare, "Failed calls may be 0 to 50 points more");
        Require(LatencyRatio is >= LeastRatio and <= MostRatio, "The slowest twentieth may take 1.05 to 10 times as long");
        Require(ThumbShare is >= 0 and <= MostShare, "Answers rated bad may be 0 to 50 points more");
        Require(Calls is >= LeastCalls and <= MostFloor, "Errors are judged from 10 to 100,000 calls of each side on");
        Require(Answers is >= LeastAnswers and <= MostFloor, "Latencies are judged from 60 to 100,000 answers of each side on");
        Require(Thumbs is >= LeastCalls and <= MostFloor, "Ratings are judged from 10 to 100,000 of each side on");
        return this;

        static void Require(bool holds, string rule)
        {
            if (!holds)
            {
                throw new PortalException($"{rule}. Change what is outside that, then save again.");
            }
        }
    }

    /// <summary>In one line, for the log.</summary>
    public string Words() => string.Create(
        CultureInfo.InvariantCulture,
        $"errors +{ErrorShare * 100:0.##} points from {Calls} calls, slowest twentieth ×{LatencyRatio:0.##} from {Answers} answers, rated bad +{ThumbShare * 100:0.##} points from {Thumbs} ratings");
}
