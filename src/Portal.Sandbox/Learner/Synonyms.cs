namespace Portal.Sandbox.Learner;

/// <summary>Everyday business words that mean much the same, a line a group. General English: nothing here comes from a data set.</summary>
internal static class Synonyms
{
    private const string Groups = """
        buy purchase order acquire
        sell sale vend
        pay payment remit
        price cost fee charge tariff rate
        cheap inexpensive affordable
        expensive costly dear pricey
        refund reimburse repay moneyback
        return sendback
        money cash funds
        bill invoice
        receipt voucher proof
        discount rebate reduction deal coupon promo
        account profile
        customer client buyer shopper
        supplier vendor seller provider
        company business firm organization organisation enterprise
        employee staff worker colleague personnel
        manager boss supervisor lead
        hire recruit employ
        dismiss fire terminate layoff
        salary wage pay earnings income
        holiday vacation leave
        ill sick unwell
        doctor physician clinician
        patient inpatient
        medicine medication drug prescription
        pain ache hurt sore
        injury wound harm
        symptom complaint
        allergy allergic
        surgery operation
        begin start commence initiate
        end finish stop cease conclude
        continue resume proceed
        cancel revoke abort withdraw undo
        delay late overdue postpone slow
        wait waiting pending outstanding queue
        fast quick rapid speedy swift
        urgent emergency critical immediate asap
        arrive arrival come reach land
        deliver delivery ship shipping shipment dispatch
        send mail post
        receive get obtain
        track trace locate follow
        find search seek look
        lose lost missing misplace vanish gone
        steal stolen theft rob
        fraud scam deceit unauthorized unrecognised unrecognized
        break broken damage defective faulty crack
        fail failure failed decline reject refuse deny
        error fault bug defect glitch malfunction
        problem issue trouble difficulty
        work function operate run
        repair fix mend restore
        replace exchange swap substitute
        change modify alter edit amend update adjust
        improve upgrade enhance better
        reduce lower decrease cut shrink
        increase raise grow rise
        add include append attach insert
        remove delete erase drop
        create make build produce generate
        open unlock unblock
        close shut
        lock block freeze suspend disable deactivate
        activate enable switch
        allow permit let authorize authorise
        forbid prohibit ban
        accept agree approve consent
        disagree object dispute contest
        ask request inquire enquire query
        answer reply respond response
        tell inform notify advise
        explain clarify describe elaborate
        why reason cause
        help assist support aid
        complain complaint grievance
        thank thanks grateful appreciate
        sorry apologize apologise apology regret
        happy glad pleased satisfied delighted positive
        unhappy angry upset dissatisfied furious annoyed negative
        verify confirm validate authenticate prove
        check inspect examine review
        identity id identification
        password passcode passphrase
        login signin logon
        logout signout logoff
        register signup enroll enrol join
        subscribe subscription membership plan
        phone telephone mobile cell smartphone handset
        call ring dial
        email mail inbox
        message text sms note
        website site webpage
        app application software program
        computer pc laptop desktop
        screen display monitor
        internet web online network wifi
        connect link pair join
        disconnect unlink
        download install
        upload import
        download export
        file document paper
        picture photo image
        print printer
        power electricity electric
        battery charger
        machine equipment device apparatus appliance
        engine motor
        vehicle car truck van
        leak spill drip
        hot heat warm overheat
        cold cool chill freezing
        noise noisy loud sound
        dirty soiled stained
        clean wash
        house home residence
        apartment flat
        rent lease tenancy
        insurance policy cover coverage
        claim demand
        contract agreement
        law legal statute
        lawyer attorney solicitor counsel
        tax duty levy vat
        bank lender
        loan credit borrow lend
        debt arrears owe
        balance remainder
        deposit credit payin
        withdraw withdrawal takeout
        transfer move remittance wire
        currency forex
        country nation abroad foreign overseas international
        limit maximum cap ceiling restriction
        minimum least
        amount sum total quantity
        wrong incorrect mistaken inaccurate
        right correct accurate proper
        duplicate twice double repeat
        extra additional more further
        new fresh recent
        old former previous prior past
        current present existing now
        expire expiry lapse
        renew extend prolong
        date day deadline
        time hour duration long
        appointment meeting booking reservation
        schedule plan timetable
        travel trip journey
        flight plane airline
        hotel accommodation lodging
        ticket pass
        luggage baggage suitcase
        food meal dish
        drink beverage
        size dimension measurement
        color colour shade
        large big huge great
        small little tiny
        age old young minor
        child kid children
        parent mother father
        person human individual people
        name title surname
        address location place
        secret private confidential
        safe secure security protected
        danger hazard risk unsafe
        physical real tangible
        virtual digital electronic
        automatic auto automated
        manual handbook guide
        information info details data
        report statement summary
        history record log
        quality standard
        product item goods article
        stock inventory supply
        warehouse depot store
        shop store outlet
        weight mass heavy
        school college university
        teach train instruct
        learn study
        job position vacancy role
        project task assignment
        goal target objective aim
        team group crew
        use usage utilize utilise
        need require want
        keep retain hold
        show display present
        compatible accepted supported supports
        """;

    private static readonly Dictionary<string, int> s_groupOfStem = Read();
    private static readonly Dictionary<string, IReadOnlyList<string>> s_beside = ReadBeside();

    /// <summary>The group's number, or -1 for a word that is in none. A word of several groups belongs to the first.</summary>
    public static int GroupOf(string stem) => s_groupOfStem.GetValueOrDefault(stem, -1);

    /// <summary>Other words of a group in which this very word stands; none for one with a capital or a sign.</summary>
    public static IReadOnlyList<string> Beside(string word) => s_beside.GetValueOrDefault(word, []);

    private static Dictionary<string, IReadOnlyList<string>> ReadBeside()
    {
        var beside = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var line in Groups.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            foreach (var word in words)
            {
                beside.TryAdd(word, [.. words.Where(w => w != word)]);
            }
        }

        return beside;
    }

    private static Dictionary<string, int> Read()
    {
        var groups = new Dictionary<string, int>();
        foreach (var (number, line) in Groups.Split('\n').Index())
        {
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                groups.TryAdd(Stemmer.Stem(word), number);
            }
        }

        return groups;
    }
}
