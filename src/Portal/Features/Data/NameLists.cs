using System.Collections.Frozen;

namespace Portal.Features.Data;

/// <summary>Words that lead to a person's name. First names that are also everyday words (Will, Mark, Grace) are left out on purpose.</summary>
internal static class NameLists
{
    public static readonly FrozenSet<string> Titles = Of(
        "mr mrs ms miss mx dr prof sir herr herrn frau hr fr monsieur madame mademoiselle mme mlle señor señora señorita sr sra srta signor signora sig dott dott.ssa dhr mevr pan pani");

    /// <summary>Words of the phrases by which people say who they are.</summary>
    public static readonly string[] Leads = ["name", "heiße", "appelle", "nom", "llamo", "nombre", "chiamo", "naam"];

    public static readonly FrozenSet<string> First = Of("""
        james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan
        stephen larry justin scott brandon benjamin samuel gregory alexander patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle noah ethan jeremy walter christian keith roger terry austin sean gerald carl harold
        dylan arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent mason roy ralph bobby russell philip eugene
        mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia dorothy amy kathleen angela
        shirley emma brenda pamela nicole anna samantha katherine christine debra rachel carolyn janet maria olivia heather helen catherine diane julie victoria joyce lauren kelly christina ruth joan virginia judith evelyn hannah andrea megan cheryl
        jacqueline madison teresa abigail sophia martha sara gloria janice kathryn ann isabella judy charlotte julia amber alice jean denise frances danielle marilyn beverly doris diana brittany natalie
        hans klaus jürgen wolfgang dieter manfred uwe helmut günter gerhard heinz bernd horst stefan andreas frank thorsten torsten matthias markus sebastian tobias florian felix lukas jonas moritz maximilian niklas fabian dirk sven jens ralf holger
        ingo rainer karl heinrich friedrich ludwig johannes johann anke antje birgit brigitte claudia doris erika gabriele gisela gudrun heike helga ilse ingrid jutta kerstin katrin katja lena lea leonie mareike marlene monika nadine petra renate
        sabine silke simone steffi susanne svenja tanja ursula ute yvonne greta frieda
        jean pierre jacques françois michel philippe andré nicolas laurent olivier thierry bernard éric pascal étienne guillaume julien mathieu antoine hugo louis luc marie nathalie isabelle sylvie catherine françoise céline aurélie élodie camille
        chloé manon amélie juliette margaux hélène véronique valérie brigitte sandrine
        josé antonio manuel francisco javier carlos miguel luis jesús pedro alejandro fernando sergio pablo jorge alberto álvaro diego raúl rafael carmen isabel ana pilar dolores cristina marta lucía elena rosa mercedes paula raquel beatriz
        giuseppe giovanni francesco luigi andrea marco alessandro matteo lorenzo davide simone luca giulia chiara francesca alessia martina sofia giorgia valentina federica
        jan piet kees henk pieter willem daan sanne anouk femke maaike lotte ivan sergei dmitri vladimir natasha olga tatiana svetlana irina katarzyna małgorzata agnieszka krzysztof tomasz piotr paweł wojciech zbigniew
        mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim yusuf mustafa fatima aisha khadija zainab mehmet ayşe fatma emre murat
        wei ming li jing yan hiroshi takashi kenji yuki sakura priya rahul amit anita sanjay deepak sunita rajesh vijay ananya arjun
        sophie tim tom ben sam max nina clara vera dora emil oskar anton theo mia ella zoe lily ruby leo nora ida lars erik anders björn ingrid astrid kari nils olaf mikael johanna eva liam aiden lucas oliver harry amelia isla freddie archie oscar
        """);

    private static FrozenSet<string> Of(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
