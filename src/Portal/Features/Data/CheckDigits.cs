namespace Portal.Features.Data;

/// <summary>The check digits that tell a real number from a code that looks like one. Each takes digits and letters only, without separators.</summary>
internal static class CheckDigits
{
    /// <summary>ISO/IEC 7812-1, payment cards; also Canadian and Swedish numbers.</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 is 0 ? digit : digit > 4 ? (digit * 2) - 9 : digit * 2;
        }

        return sum % 10 is 0;
    }

    /// <summary>ISO 13616: the first four signs move to the end, letters count from 10, and the remainder is 1.</summary>
    public static bool Iban(ReadOnlySpan<char> iban)
    {
        var remainder = 0;
        for (var i = 0; i < iban.Length; i++)
        {
            var c = iban[(i + 4) % iban.Length];
            remainder = c <= '9' ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        }

        return remainder is 1;
    }

    /// <summary>UK NHS number: weights 10 to 2, modulo 11.</summary>
    public static bool Nhs(ReadOnlySpan<char> digits)
    {
        var check = 11 - (Weighted(digits[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
        return check is not 10 && (check is 11 ? 0 : check) == digits[9] - '0';
    }

    /// <summary>German tax number: ISO 7064 modulo 11, 10, and among the first ten digits exactly one comes twice or three times.</summary>
    public static bool GermanTaxId(ReadOnlySpan<char> digits)
    {
        Span<int> counts = stackalloc int[10];
        counts.Clear();
        var product = 10;
        foreach (var c in digits[..10])
        {
            counts[c - '0']++;
            var sum = (c - '0' + product) % 10;
            product = (sum is 0 ? 10 : sum) * 2 % 11;
        }

        int repeated = 0, most = 0;
        foreach (var count in counts)
        {
            repeated += count > 1 ? 1 : 0;
            most = Math.Max(most, count);
        }

        var check = 11 - product;
        return digits[0] is not '0' && repeated is 1 && most <= 3 && (check is 10 ? 0 : check) == digits[10] - '0';
    }

    /// <summary>German pension insurance: area, birthday, letter, serial; weighted sums of digits, modulo 10.</summary>
    public static bool GermanPension(ReadOnlySpan<char> number)
    {
        var letter = number[8] - 'A' + 1;
        Span<char> digits = [.. number[..8], (char)('0' + (letter / 10)), (char)('0' + (letter % 10)), .. number[9..11]];
        return SumOfDigits(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 == number[11] - '0';
    }

    /// <summary>German health insurance: a letter, eight digits and a check digit.</summary>
    public static bool GermanHealth(ReadOnlySpan<char> number)
    {
        var letter = number[0] - 'A' + 1;
        Span<char> digits = [(char)('0' + (letter / 10)), (char)('0' + (letter % 10)), .. number[1..9]];
        return SumOfDigits(digits, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 == number[9] - '0';
    }

    /// <summary>French NIR: 97 less the number modulo 97; Corsica's 2A and 2B count as 19 and 18.</summary>
    public static bool FrenchNir(ReadOnlySpan<char> number)
    {
        long value = 0;
        for (var i = 0; i < 13; i++)
        {
            value = (value * 10) + (number[i] switch { 'A' => 9, 'B' => 8, var c => c - '0' });
        }

        return 97 - (value % 97) == ((number[13] - '0') * 10) + number[14] - '0';
    }

    /// <summary>Spanish DNI, and NIE with its X, Y or Z already turned into 0, 1 or 2.</summary>
    public static bool SpanishId(int number, char letter) => "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter;

    /// <summary>Italian codice fiscale: odd and even places count differently, modulo 26.</summary>
    public static bool ItalianCode(ReadOnlySpan<char> code)
    {
        ReadOnlySpan<byte> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = code[i] <= '9' ? code[i] - '0' : code[i] - 'A';
            sum += i % 2 is 0 ? odd[value] : value;
        }

        return sum % 26 == code[15] - 'A';
    }

    /// <summary>Dutch BSN: the test of eleven.</summary>
    public static bool DutchBsn(ReadOnlySpan<char> digits) =>
        (Weighted(digits[..8], [9, 8, 7, 6, 5, 4, 3, 2]) - (digits[8] - '0')) % 11 is 0;

    /// <summary>Polish PESEL.</summary>
    public static bool Pesel(ReadOnlySpan<char> digits) =>
        (10 - (Weighted(digits[..10], [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 == digits[10] - '0';

    /// <summary>Brazilian CPF: two check digits, and not one digit eleven times.</summary>
    public static bool Cpf(ReadOnlySpan<char> digits)
    {
        var first = Weighted(digits[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
        var second = Weighted(digits[..10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
        return first == digits[9] - '0' && second == digits[10] - '0' && digits.ContainsAnyExcept(digits[0]);
    }

    /// <summary>Swiss AHV number: EAN-13.</summary>
    public static bool Ean13(ReadOnlySpan<char> digits) =>
        (10 - (Weighted(digits[..12], [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 == digits[12] - '0';

    private static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += (digits[i] - '0') * weights[i];
        }

        return sum;
    }

    private static int SumOfDigits(ReadOnlySpan<char> digits, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var product = (digits[i] - '0') * weights[i];
            sum += (product / 10) + (product % 10);
        }

        return sum;
    }
}
