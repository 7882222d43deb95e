namespace Portal.Features.Data;

/// <summary>The everyday words of eight languages, by which a text of a few words can be told. Other languages stay "not sure", and other scripts say themselves.</summary>
internal static class LanguageWords
{
    public static readonly IReadOnlyList<string> Names = ["English", "German", "French", "Spanish", "Italian", "Dutch", "Portuguese", "Polish"];

    private static readonly string[] s_words =
    [
        "the and is are was were be been being have has had do does did will would can could should may might must not no yes i you he she it we they my your his her its our their this that these those what which who when where why how to of in on at by for with from about into over after before if but or so because as than then there here just only very also too any some all more most other please thanks thank get got need want know help me am don't didn't can't i'm it's been card why still an",
        "der die das den dem des ein eine einer eines einem einen und oder aber ist sind war waren sein bin bist hat haben hatte habe werden wird wurde kann können muss müssen soll will nicht kein keine ich du er sie es wir ihr mein meine dein seine ihre unser mit von zu zum zur im in auf an am bei für über unter nach vor aus durch ohne um als wie wenn weil dass ob noch schon nur auch sehr mehr hier dort heute bitte danke warum wo was wer wann diese dieser dieses meinem meiner mich mir sich ja nein",
        "le la les un une des du de et ou mais est sont était être ai as avons avez ont a fait faire peut ne pas plus je tu il elle nous vous ils elles mon ma mes ton son sa ses notre votre leur ce cette ces qui que quoi où quand comment pourquoi dans sur sous avec sans pour par chez en au aux très bien aussi tout tous merci bonjour s'il j'ai c'est n'est d'un d'une qu'il comme si donc alors été",
        "el la los las un una unos unas y o pero es son era ser estar está están estoy he ha han hay no sí yo tú él ella nosotros ellos mi mis tu su sus nuestro este esta estos ese esa que quien cuando donde cómo por para con sin sobre de del al en muy más también todo todos gracias hola puede puedo tengo tiene hacer qué cuál porque como si ya lo le me se nos",
        "il lo la i gli le un uno una e o ma è sono era essere ho hai ha abbiamo hanno non sì io tu lui lei noi voi loro mio mia suo sua nostro questo questa quello che chi quando dove come perché con senza per su di del della dei delle da dal dalla in nel nella al alla molto più anche tutto tutti grazie ciao può posso fare cosa se ci mi si ne stato",
        "de het een en of maar is zijn was waren ben heb heeft hebben had niet geen ja nee ik jij je hij zij ze wij we jullie mijn jouw zijn haar ons onze dit dat deze die wie wat waar wanneer hoe waarom met zonder voor van naar op in aan bij uit over onder door om te als dan ook nog al wel heel meer kan kunnen moet moeten wil worden wordt werd er bedankt graag",
        "o a os as um uma uns umas e ou mas é são era ser estar está estão estou foi tem têm tenho não sim eu você ele ela nós eles meu minha seu sua nosso este esta esse essa isso que quem quando onde como por para com sem sobre de do da dos das em no na nos nas ao muito mais também todo todos obrigado obrigada olá pode posso fazer porque se já lhe me",
        "i w z na do o że się nie jest są był była było być mam masz ma mamy mają to ta ten te ja ty on ona my wy oni mój moja jego jej nasz co kto gdzie kiedy jak dlaczego czy ale lub oraz dla od po przez przed za pod nad bez bardzo więcej też także już tylko jeszcze proszę dziękuję może można który która które",
    ];

    public static IEnumerable<string> Of(int language) => s_words[language].Split(' ');
}
