package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a@contoso.com         | a        | contoso.com
        a..b.@contoso.com     | a..b.    | contoso.com
        root                  | root     | ``
        a+b/c=d@x_y.com       | a+b/c=d  | x_y.com
        "a b@c"@d.com         | "a b@c"  | d.com
        "a\\"b"@d.com         | "a\\"b"  | d.com
        ""@d.com              | ""       | d.com
        a@[192.0.2.1]         | a        | [192.0.2.1]
        a@[IPv6:2001:db8::1]  | a        | [IPv6:2001:db8::1]
        jürgen@例子.test       | jürgen   | 例子.test
        a@उदाहरण.test          | a        | उदाहरण.test
        a@𠀋.test              | a        | 𠀋.test
        """)
    void parsesValidAddresses(String text, String localPart, String domain) {
        EmailAddress address = EmailAddress.parse(text).orElseThrow();
        assertThat(address).isEqualTo(new EmailAddress(localPart, domain)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"64, true, true", "65, false, true", "315, false, true", "316, false, false"})
    void limitsTheLocalPart(int length, boolean isInEnvelope, boolean isInHeader) {
        String text = "a".repeat(length) + "@b.example";

        assertThat(EmailAddress.parse(text).isPresent()).isEqualTo(isInEnvelope);
        assertThat(EmailAddress.parseInHeader(text).isPresent()).isEqualTo(isInHeader);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "@",
                "a@",
                "@b.com",
                "a b@c.com",
                "a@b c.com",
                "a@b@c.com",
                "a@.com",
                "a@b..com",
                "a@b.com.",
                "<a@b.com>",
                "a,b@c.com",
                "a\u0000@b.com",
                "a\r@b.com",
                "a@b\n.com",
                "\"a@b.com",
                "\"a\"b\"@c.com",
                "\"a\\\"@c.com",
                "\"@c.com",
                "\"a\rb\"@c.com",
                "a@[1.2.3.4",
                "a@[1 2]",
                "a@b(c)",
                "a@b!c",
                "a\u00a0b@c.com",
                "a\u0085@c.com",
                "a@b\u2028c.com",
                "a@b\u00a0c.com",
                "j\ufffdrgen@c.com",
                "a@b\ufffd.com",
                "\"\ufffd\"@c.com",
                "a@b\u00adc.com", // a soft hyphen: invisible, but makes another domain
                "a@b\u200bc.com",
                "a@b\u00bf.com",
                "a@b\u3002com",
                "a@\u0130.com", // lower case has two characters
                "a@\u017f.com", // a long s, which would be read as s
                "a@\uff42.com",
                "a@\u212aontoso.com",
                "a@micro\u200dsoft.com",
                "a@b\ufe0fc.com",
                "a@[]",
                "a@[ ]",
                "a@[.]",
                "a@[IPv6:]",
                "a@[192.0.2.256]",
                "a@[192.0.2]",
                "a@[2001:db8::1]",
                "a@[printer]",
                "a@[;,]",
                "a@\ud800.com",
                "a\u202eb@c.com",
                "a@b\u2066.com"
            })
    void refusesInvalidAddresses(String text) {
        assertThat(EmailAddress.parse(text)).isEmpty();
    }

    @Test
    void countsOctetsNotCharacters() {
        assertThat(EmailAddress.parse("a".repeat(64) + "@b.com")).isPresent();
        assertThat(EmailAddress.parse("a".repeat(65) + "@b.com")).isEmpty();
        assertThat(EmailAddress.parse("ä".repeat(32) + "@b.com")).isPresent();
        assertThat(EmailAddress.parse("ä".repeat(33) + "@b.com")).isEmpty();
        assertThat(EmailAddress.parse("a@" + "b".repeat(251) + ".com")).isPresent();
        assertThat(EmailAddress.parse("a@" + "b".repeat(252) + ".com")).isEmpty();
        assertThat(EmailAddress.parse("a@" + "ä".repeat(126) + ".com")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        a@contoso.com , a@CONTOSO.com , true
        a@contoso.com , A@contoso.com , false
        a@contoso.com , a@contoso.org , false
        a             , a             , true
        a             , a@contoso.com , false
        a@\u0131.com  , a@i.com       , false
        a@\u0131.com  , a@I.com       , false
        a@\u0131.com  , a@\u0131.com  , true
        a@b\u00fccher.com , a@xn--bcher-kva.COM , true
        a@stra\u00dfe.com , a@strasse.com , false
        """)
    void ignoresOnlyTheCaseOfTheDomain(String one, String other, boolean same) {
        EmailAddress first = EmailAddress.parse(one).orElseThrow();
        EmailAddress second = EmailAddress.parse(other).orElseThrow();
        assertThat(first.equals(second)).isEqualTo(same);
        assertThat(second.equals(first)).isEqualTo(same);
        if (same) {
            assertThat(first).hasSameHashCodeAs(second);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        a@contoso.com     , true  , true  , true
        root              , false , false , true
        a@localhost       , true  , false , true
        a@printer.LOCAL   , true  , false , true
        a@nas.lan         , true  , false , true
        a@[192.0.2.1]     , true  , false , true
        a@192.0.2.1       , true  , false , true
        ä@contoso.com     , true  , true  , false
        a@bücher.de       , true  , true  , false
        """)
    void classifiesAddresses(String text, boolean qualified, boolean reachable, boolean ascii) {
        EmailAddress address = EmailAddress.parse(text).orElseThrow();
        assertThat(address.isQualified()).isEqualTo(qualified);
        assertThat(address.isReachable()).isEqualTo(reachable);
        assertThat(address.isAscii()).isEqualTo(ascii);
    }
}
