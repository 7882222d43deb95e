using System.Collections.Frozen;

namespace Portal.Features.Data;

/// <summary>One rule as data. {0} is the number of rows with its noun, {n} the bare number.</summary>
internal sealed record FindingRuleWords(FindingRule Rule, FindingSeverity Severity, string Title, string Remedy, params FindingDecision[] Choices)
{
    /// <summary>The words for a count of one, where "1 row" in the same sentence would not do.</summary>
    public string One { get; init; } = "";

    public PersonalKind? Personal { get; init; }
}

/// <summary>Every rule: how grave it is, what it says, what to do about it, and what can be decided.</summary>
internal static class FindingRules
{
    private const FindingDecision Keep = FindingDecision.Keep, Drop = FindingDecision.SetAside, Hold = FindingDecision.Quarantine, Fix = FindingDecision.Fix, Redact = FindingDecision.Redact;
    private const FindingSeverity Blocks = FindingSeverity.Blocks, Asks = FindingSeverity.NeedsDecision, Note = FindingSeverity.Note;

    private static readonly FrozenDictionary<FindingRule, FindingRuleWords> s_rules = new FindingRuleWords[]
    {
        new(FindingRule.Unreadable, Note, "{0} cannot be read", "In quarantine, each with its reason. Correct them in the file and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.TooLong, Note, "{0} too long to be taken", "In quarantine. Shorten them in the file and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.MediaAddress, Note, "{0} with a file at an address", "In quarantine: nothing outside the upload is ever read, be it a bucket, a web address or a path that leads out. Put the files into the ZIP, write their names into the table and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.MediaMissing, Note, "{0} with a file that is not in the upload", "In quarantine, each with the name that was not found. Put the files into the ZIP, or correct the names, and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.MediaUnclear, Note, "{0} with a name that several files have", "In quarantine. Write the whole path as it is in the ZIP, capitals included, and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.MediaUnreadable, Note, "{0} with a file that cannot be used", "In quarantine, each with what its file is. Convert or repair the files and upload them again, or set them aside and go on without them.", Drop),
        new(FindingRule.NulCharacter, Note, "{0} with a NUL character", "In quarantine: databases and models refuse it. Remove the character and upload the file again, or set them aside and go on without them.", Drop),
        new(FindingRule.EmptyInput, Note, "{0} with an empty input", "In quarantine. Fill the cell in the file and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.EmptyOutput, Note, "{0} with an empty expected output", "In quarantine. Fill the cell in the file and upload it again, or set them aside and go on without them.", Drop),
        new(FindingRule.TooFewRows, Blocks, "Only {n} usable rows", $"At least {FindingWords.FewestRows} are needed to train, tune settings and measure on separate rows. Add examples and upload the file again.") { One = "Only 1 usable row" },
        new(FindingRule.FewRows, Note, "Only {n} usable rows", $"Google advises {FindingWords.AdvisedRows} examples or more for tuning. It works with fewer, but what can be measured stays vague."),
        new(FindingRule.ContradictoryOutput, Asks, "{0} with the same input as another, but a different output", "The model cannot learn both, and no score can be fair to both. Set them aside, or keep them if several outputs are right.", Drop, Hold, Keep),
        new(FindingRule.NearContradiction, Asks, "{0} with nearly the same input as another, but a different label", "Shown side by side. Where the label is wrong, the model learns the mistake and is measured by it. Set them aside or into quarantine, or keep them if a few words make the difference.", Keep, Drop, Hold),
        new(FindingRule.LeakedTestRow, Note, "{0} are in the sealed test split of an earlier version, or nearly", "They stay sealed, are not shown, and go to the test split again, so that no model learns what it is measured on; only a split that the file itself brings can change that. Set them aside to leave them out.", Drop),
        new(FindingRule.SplitLeak, Asks, "{0} whose file gives them to one split, and nearly the same to a stronger one", "What is trained on should not be what is measured on: scores look better than they are. Set these rows aside; their likes stay in the stronger split (test before validation before training). Or keep them, and every score of the version carries the note.", Drop, Keep),
        new(FindingRule.LabelVariant, Asks, "{0} with a label that differs from another only in letter case or white space", "Fix gives them the spelling that most rows have. Or set the rarer spelling aside, or keep both if they mean different things.", Fix, Drop, Keep),
        new(FindingRule.EncodingDamage, Asks, "{0} with damaged characters (\uFFFD or \u201CÃ¼\u201D for \u201Cü\u201D)", "The file was probably saved in another text encoding; best is to import it again with the right one. Fix repairs what can be led back; what is lost (\uFFFD) stays. Or set the rows aside, or keep them.", Fix, Drop, Keep),
        new(FindingRule.OverTokenLimit, Asks, "{0} longer than a model takes", "Estimated at 4 characters a token. Set them aside, or keep them and let Google cut them.", Drop, Hold, Keep),
        new(FindingRule.MediaOverLimit, Asks, "{0} with files that no model takes", "Google drops such rows, and ends a tuning where they are more than a tenth. Set them aside, or shorten, shrink or convert the files and upload them again.", Drop, Hold, Keep),
        new(FindingRule.Secret, Asks, "{0} with what looks like a password or key", "A model may repeat it to anybody. Redact replaces it before anything leaves the portal; change the secret where it is in use.", Redact, Drop, Keep) { Personal = PersonalKind.Secret },
        new(FindingRule.PaymentCard, Asks, "{0} with the number of a payment card", "The number has a valid check digit and the prefix of a card network. Redact replaces it before anything leaves the portal.", Redact, Drop, Keep) { Personal = PersonalKind.Card },
        new(FindingRule.BankAccount, Asks, "{0} with a bank account (IBAN)", "Its check digits are valid. Redact replaces it before anything leaves the portal.", Redact, Drop, Keep) { Personal = PersonalKind.Account },
        new(FindingRule.NationalId, Asks, "{0} with a national or tax number of a person", "Redact replaces it before anything leaves the portal.", Redact, Drop, Keep) { Personal = PersonalKind.NationalId },
        new(FindingRule.HealthNumber, Asks, "{0} with a number of a patient or an insured person", "Redact replaces it before anything leaves the portal.", Redact, Drop, Keep) { Personal = PersonalKind.HealthNumber },
        new(FindingRule.PhoneNumber, Asks, "{0} with a telephone number", "Redact replaces it before anything leaves the portal; the same number gets the same placeholder.", Redact, Drop, Keep) { Personal = PersonalKind.Phone },
        new(FindingRule.EmailAddress, Asks, "{0} with an e-mail address", "Redact replaces it before anything leaves the portal; the same address gets the same placeholder.", Redact, Drop, Keep) { Personal = PersonalKind.Email },
        new(FindingRule.PersonName, Asks, "{0} with the name of a person", "Found by titles, introductions and common first names, so rarer names may be left. Redact replaces them; the same person gets the same placeholder.", Redact, Drop, Keep) { Personal = PersonalKind.Person },
        new(FindingRule.LikelyBlocked, Asks, "{0} that a safety filter may stop", "Found by a list of words, so look before you decide. Google may refuse such rows, or the whole job where they are many.", Keep, Drop, Hold),
        new(FindingRule.TrivialOutput, Asks, "{0} with an output that says nothing", "Such as \u201Cn/a\u201D or \u201C?\u201D. The model would learn to answer so. Set them aside, or keep them if it is a real answer.", Drop, Hold, Keep),
        new(FindingRule.FileTooLarge, Blocks, "The training file would be larger than Google takes", "Set long or repeated rows aside, or upload fewer."),
        new(FindingRule.RareLabel, Note, "{n} labels have fewer than 10 rows", "What is seen rarely is learned and measured badly. Add examples for them if they matter.", Drop) { One = "1 label has fewer than 10 rows" },
        new(FindingRule.ManyOutputs, Blocks, "{n} different outputs are too many to be labels", $"A task that classifies takes at most {Define.TaskDefinition.MaximumLabels:N0}. Choose another column as output, or another kind of task in step 1."),
        new(FindingRule.ExactDuplicate, Note, "{n} rows repeat an earlier one", "Kept. Equal and nearly equal rows always share a split, so none is both learned and measured.", Drop) { One = "1 row repeats an earlier one" },
        new(FindingRule.NearDuplicate, Note, "{n} rows say nearly the same as an earlier one", "They share four fifths of their word pairs or more. Kept, and always in one split. Set them aside if they only add weight.", Drop) { One = "1 row says nearly the same as an earlier one" },
        new(FindingRule.ControlCharacter, Note, "{0} with control characters", "They usually come from a terminal or an old export. Kept as they are unless you fix them: then they are taken out.", Fix, Drop),
        new(FindingRule.MixedLineEnds, Note, "{0} with Windows line ends, where others have plain ones", "A model learns the difference as if it meant something. Fix makes all line ends plain.", Fix),
        new(FindingRule.MixedEndings, Note, "{0} whose input does not end like the others", "Most inputs end in the same sign. What the model is asked later should end so as well; correct these rows, or set them aside.", Drop),
        new(FindingRule.PaddedOutput, Note, "{0} with white space around the output", "The model would learn to write it. Fix takes it away.", Fix),
        new(FindingRule.LengthOutlier, Note, "{0} far longer than the rest", "Often a whole thread or document in one cell. Look whether they belong.", Drop, Hold),
        new(FindingRule.LanguageMix, Note, "{0} in another language than most", "Told by everyday words; rows too short to tell are not counted. Set them aside if the model will not be asked in that language.", Drop, Hold),
        new(FindingRule.JargonCoverage, Note, "{0} with several special words that no other row has", "What is seen once is hardly learned. Add examples with these words if they matter."),
        new(FindingRule.Flattened, Note, "{0} with a conversation of several turns", "Kept turn by turn, calls of functions included. What the table shows as the input is all before the last answer, each turn with its speaker."),
        new(FindingRule.ArgumentsRepaired, Note, "{0} with arguments of a function call in quotes twice", "Repaired: the arguments are read as the JSON object that was meant."),
        new(FindingRule.TurnsMerged, Note, "{0} where the same speaker has several turns in a row", "Joined into one turn: Gemini wants user and model to alternate."),
        new(FindingRule.WeightDropped, Note, "{0} with an answer of weight 0", "Gemini learns every answer of the model in a row; a weight cannot be given. Remove these answers from the file if they must not be learned."),
        new(FindingRule.SchemaSimplified, Note, "{0} whose functions have keywords that Gemini does not know", "Left out of the schema: additionalProperties, strict and the like. Names, types and descriptions are kept."),
        new(FindingRule.EndingsRemoved, Note, "{0} with the old endings of prompt or completion", "Removed, as the mapping says: Gemini knows itself where a turn ends. Import again without it to keep them."),
        new(FindingRule.MediaForSome, Note, "{0} with files that some models do not take", "Choose a model that takes them, or set them aside or into quarantine.", Drop, Hold, Keep),
        new(FindingRule.MediaOtherwise, Note, "{0} with a file that is not what it is called", "Told by its content and sent as what it is: the ending of its name, or the type in the row, says something else. Where the wrong file was sent, set them aside or into quarantine.", Drop, Hold, Keep),
        new(FindingRule.MediaUnused, Note, "{n} files that no row names", "Not kept. Name them in the table and upload it again if they belong to it.") { One = "1 file that no row names" },
        new(FindingRule.Labels, Note, "{n} labels", "Freezing the first version fills the task's list of labels with them, unless somebody has listed them already.") { One = "1 label" },
    }.ToFrozenDictionary(r => r.Rule);

    public static IEnumerable<FindingRuleWords> All => s_rules.Values;

    public static FindingRuleWords Of(FindingRule rule) => s_rules[rule];

    public static FindingRule? Of(PersonalKind kind) => s_rules.Values.FirstOrDefault(r => r.Personal == kind)?.Rule;
}
