namespace Portal.Features.Tune;

/// <summary>What a person asks for when starting: settings, and what they were shown and agreed to.</summary>
/// <param name="TuneAnyway">Tuning is started although a cheaper way has been proven good enough.</param>
/// <param name="AgreedWorstMicros">The worst that stood beside the button. A dearer quote is refused; null agrees to any.</param>
public sealed record TuningSettings(Hyperparameters Hyperparameters, bool TuneAnyway = false, long? AgreedWorstMicros = null);

/// <summary>By whose right a tuning begins, and what the log says of the reason where nobody pressed a button.</summary>
internal sealed record TuningStarter(string UserId, string Name, string Because = "");
