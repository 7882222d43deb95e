using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>The examples that the authorities themselves print.</summary>
public sealed class CheckDigitsTests
{
    [Fact]
    public void EachCheck_OfThePublishedExample_HoldsAndOfAChangedDigitDoesNot()
    {
        Assert.True(CheckDigits.Luhn("4111111111111111") && !CheckDigits.Luhn("4111111111111112"));
        Assert.True(CheckDigits.Iban("DE89370400440532013000") && !CheckDigits.Iban("DE89370400440532013001"));
        Assert.True(CheckDigits.Iban("GB29NWBK60161331926819"));
        Assert.True(CheckDigits.Nhs("9434765919") && !CheckDigits.Nhs("9434765918"));
        Assert.True(CheckDigits.GermanTaxId("86095742719") && !CheckDigits.GermanTaxId("86095742718"));
        Assert.True(CheckDigits.GermanPension("15070649C103") && !CheckDigits.GermanPension("15070649C104"));
        Assert.True(CheckDigits.GermanHealth("A123456780") && !CheckDigits.GermanHealth("A123456781"));
        Assert.True(CheckDigits.FrenchNir("255081416802538") && !CheckDigits.FrenchNir("255081416802539"));
        Assert.True(CheckDigits.SpanishId(12345678, 'Z') && !CheckDigits.SpanishId(12345678, 'A'));
        Assert.True(CheckDigits.ItalianCode("RSSMRA85T10A562S") && !CheckDigits.ItalianCode("RSSMRA85T10A562T"));
        Assert.True(CheckDigits.DutchBsn("111222333") && !CheckDigits.DutchBsn("111222334"));
        Assert.True(CheckDigits.Pesel("44051401359") && !CheckDigits.Pesel("44051401358"));
        Assert.True(CheckDigits.Cpf("52998224725") && !CheckDigits.Cpf("52998224726") && !CheckDigits.Cpf("11111111111"));
        Assert.True(CheckDigits.Ean13("7569217076985") && !CheckDigits.Ean13("7569217076986"));
    }
}
