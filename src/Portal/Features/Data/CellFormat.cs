using System.Globalization;
using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// How a workbook shows a number. Zeros in front, decimals, percent and the texts around a number are kept as a person sees
/// them; dates are written the one way everybody reads (2026-11-23).
/// </summary>
internal sealed class CellFormat
{
    public static readonly CellFormat General = new() { _isGeneral = true };

    private bool _isGeneral;
    private bool _hasDate;
    private bool _hasTime;
    private bool _isPercent;
    private bool _isGrouped;
    private int _leastDigits;
    private int _leastDecimals;
    private int _mostDecimals;
    private string _before = "";
    private string _after = "";

    public static CellFormat Of(int id, string? code) => id switch
    {
        _ when code is not null => Parse(code),
        1 => Parse("0"),
        2 => Parse("0.00"),
        3 => Parse("#,##0"),
        4 => Parse("#,##0.00"),
        9 => Parse("0%"),
        10 => Parse("0.00%"),
        >= 14 and <= 17 or >= 27 and <= 31 or 36 or >= 50 and <= 58 => new CellFormat { _hasDate = true },
        22 => new CellFormat { _hasDate = true, _hasTime = true },
        >= 18 and <= 21 or >= 32 and <= 35 or >= 45 and <= 47 => new CellFormat { _hasTime = true },
        37 or 38 => Parse("#,##0"),
        39 or 40 => Parse("#,##0.00"),
        _ => General,
    };

    public string Show(string stored, bool from1904)
    {
        if (!double.TryParse(stored, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return stored;
        }

        if (_hasDate || _hasTime)
        {
            return ShowTime(number, from1904) ?? ShowGeneral(number);
        }

        return _isGeneral ? ShowGeneral(number) : ShowDigits(number);
    }

    /// <summary>Fifteen digits is what a spreadsheet itself keeps; more are noise of the arithmetic.</summary>
    private static string ShowGeneral(double number) => Math.Abs(number) is < 1e15 and >= 1e-5 or 0
        ? Math.Round((decimal)number, 15).ToString("0.###############", CultureInfo.InvariantCulture)
        : number.ToString("G15", CultureInfo.InvariantCulture);

    private string? ShowTime(double serial, bool from1904)
    {
        if (serial is < 0 or > 2_958_465.99999)
        {
            return null;
        }

        // Day 60 is 29 February 1900, which never was; before it the count is one behind.
        var days = from1904 ? serial + 1_462 : serial < 60 && serial >= 1 ? serial + 1 : serial;
        var at = new DateTime(1899, 12, 30, 0, 0, 0, DateTimeKind.Unspecified).AddSeconds(Math.Round(days * 86_400));
        var hasDate = _hasDate && (serial >= 1 || from1904);
        return at.ToString((hasDate, _hasTime || at.TimeOfDay > TimeSpan.Zero) switch
        {
            (true, false) => "yyyy-MM-dd",
            (true, true) => "yyyy-MM-dd HH:mm:ss",
            _ => "HH:mm:ss",
        }, CultureInfo.InvariantCulture);
    }

    private string ShowDigits(double number)
    {
        var value = _isPercent ? number * 100 : number;
        if (Math.Abs(value) >= 1e15)
        {
            return ShowGeneral(number);
        }

        var pattern = (_isGrouped ? "#," : "") + new string('0', Math.Max(_isGrouped ? 1 : 0, _leastDigits))
            + (_mostDecimals > 0 ? "." + new string('0', _leastDecimals) + new string('#', _mostDecimals - _leastDecimals) : "");
        var digits = Math.Round((decimal)value, Math.Min(15, _mostDecimals), MidpointRounding.AwayFromZero).ToString(pattern is "" ? "#" : pattern, CultureInfo.InvariantCulture);
        return digits is ['-', ..] ? $"-{_before}{digits[1..]}{_after}" : $"{_before}{digits}{_after}";
    }

    private static CellFormat Parse(string code)
    {
        var format = new CellFormat();
        var section = code.Split(';')[0];
        var (before, after) = (new StringBuilder(), new StringBuilder());
        bool hasDigits = false, isDecimal = false;
        for (var i = 0; i < section.Length; i++)
        {
            var c = section[i];
            switch (c)
            {
                case '"':
                    var end = section.IndexOf('"', i + 1);
                    end = end < 0 ? section.Length : end;
                    (hasDigits ? after : before).Append(section.AsSpan(Math.Min(i + 1, end)..end));
                    i = end;
                    break;
                case '[':
                    var close = section.IndexOf(']', i);
                    var inside = close < 0 ? "" : section[(i + 1)..close];
                    i = close < 0 ? section.Length : close;
                    if (inside is ['$', ..])
                    {
                        (hasDigits ? after : before).Append(inside[1..].Split('-')[0]);
                    }

                    format._hasTime |= inside is "h" or "hh" or "m" or "mm" or "s" or "ss";
                    break;
                case '\\' when i + 1 < section.Length:
                    (hasDigits ? after : before).Append(section[++i]);
                    break;
                case '_' or '*':
                    i++;
                    break;
                case '0' or '#' or '?':
                    hasDigits = true;
                    format._leastDigits += c is '0' && !isDecimal ? 1 : 0;
                    format._leastDecimals += c is '0' && isDecimal ? 1 : 0;
                    format._mostDecimals += isDecimal ? 1 : 0;
                    break;
                case '.':
                    isDecimal = hasDigits;
                    break;
                case ',':
                    format._isGrouped |= hasDigits && i + 1 < section.Length && section[i + 1] is '0' or '#';
                    break;
                case '%':
                    format._isPercent = true;
                    (hasDigits ? after : before).Append('%');
                    break;
                case 'y' or 'Y' or 'd' or 'D':
                    format._hasDate = true;
                    break;
                case 'h' or 'H' or 's' or 'S':
                    format._hasTime = true;
                    break;
                case 'm' or 'M' or 'A' or 'P' or '/' or ':' when !hasDigits:
                    break;
                case 'G' or '@':
                    return General;
                case 'E' or 'e' when hasDigits:
                    return General;
                case '-' or '+' or '$' or '€' or '£' or ' ' or '(' or ')' or '/':
                    (hasDigits ? after : before).Append(c is '(' or ')' ? "" : c);
                    break;
            }
        }

        format._hasDate |= !hasDigits && !format._hasTime && section.Contains('m', StringComparison.OrdinalIgnoreCase);
        (format._before, format._after) = (before.ToString(), after.ToString());
        format._isGeneral = !hasDigits && !format._hasDate && !format._hasTime;
        return format;
    }
}
