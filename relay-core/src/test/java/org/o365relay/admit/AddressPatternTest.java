package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;

class AddressPatternTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a@b.example                 | a@b.example                       | true
        a@b.example                 | A@B.EXAMPLE                       | true
        A@B.Example                 | a@b.example                       | true
        a@b.example                 | "a"@b.example                     | true
        a@b.example                 | "\\a"@b.example                   | true
        a@b.example                 | aa@b.example                      | false
        a@b.example                 | a@b.example.com                   | false
        a@b.example                 | a@c.b.example                     | false
        a@b.example                 | a                                 | false
        "a b"@b.example             | "A B"@b.example                   | true
        @b.example                  | a@b.example                       | true
        @b.example                  | a@B.Example                       | true
        @b.example                  | a@c.b.example                     | false
        @b.example                  | a@xb.example                      | false
        @b.example                  | b.example                         | false
        @b.example                  | "x@b.example"@evil.example        | false
        *@b.example                 | a@b.example                       | true
        *@b.example                 | "x@b.example"@evil.example        | false
        bob@*                       | bob@anywhere.example              | true
        bob@*                       | "bob@b.example"@evil.example      | false
        *@*.b.example               | a@c.b.example                     | true
        *@*.b.example               | a@d.c.b.example                   | true
        *@*.b.example               | a@b.example                       | false
        @*.b.example                | a@c.b.example                     | true
        @*b.example                 | a@b.example                       | true
        scanner-*@b.example         | scanner-17@b.example              | true
        scanner-*@b.example         | scanner@b.example                 | false
        *-*-*@b.example             | a-b-c@b.example                   | true
        *-*-*@b.example             | a-b@b.example                     | false
        a*c@b.example               | ac@b.example                      | true
        a*c@b.example               | acb@b.example                     | false
        scanner*                    | scanner@b.example                 | true
        scanner*                    | scanner                           | true
        "scanner*@b.example         | scanner@b.example                 | false
        "scanner*                   | scanner                           | false
        "*                          | <>                                | false
        *.example                   | a@b.example                       | true
        *@*                         | root                              | false
        *                           | root                              | true
        *                           | a@b.example                       | true
        *                           | <>                                | true
        <>                          | <>                                | true
        <>                          | a@b.example                       | false
        <>                          | ""                                | false
        ""@b.example                | ""@b.example                      | true
        @b.example                  | <>                                | false
        *@*                         | <>                                | false
        a*                          | <>                                | false
        jürgen@b.example            | jürgen@B.example                  | true
        jürgen@b.example            | JÜRGEN@b.example                  | false
        sales@b.example             | ſales@b.example                   | false
        kate@b.example              | Kate@b.example                   | false
        straße@b.example            | strasse@b.example                 | false
        @bücher.example             | a@xn--bcher-kva.example           | true
        @bücher.example             | a@XN--BCHER-KVA.example           | true
        @xn--bcher-kva.example      | a@Bücher.example                  | true
        @*.bücher.example           | a@x.xn--bcher-kva.example         | true
        @bücher.example             | a@BÜCHER.Example                  | true
        @*.bücher.example           | a@bücher.example                  | false
        bü*                         | bücher@b.example                  | true
        @xn--*                      | a@bücher.example                  | true
        @microsoft.com              | bob@MICROSOFT.COM                 | true
        @microsoft.com              | bob@xn--mcrosoft-tkb.com          | false
        @microsoft.com              | bob@mıcrosoft.com                 | false
        @mıcrosoft.com              | bob@xn--mcrosoft-tkb.com          | true
        @mıcrosoft.com              | bob@microsoft.com                 | false
        *@*.microsoft.com           | bob@x.mıcrosoft.com               | false
        @straße.example             | a@strasse.example                 | false
        @strasse.example            | a@straße.example                  | false
        @straße.example             | a@STRAßE.example                  | true
        @straße.example             | a@XN--Strae-oqa.example           | true
        @φίλος.example              | a@φίλοσ.example                   | false
        @φίλος.example              | a@ΦΊΛΟς.example                   | true
        @bücher.straße.example      | a@xn--bcher-kva.straße.example    | true
        @bücher.straße.example      | a@bücher.xn--strae-oqa.example    | true
        @[10.*]                     | a@[10.0.0.7]                      | true
        @[10.0.0.7]                 | a@[10.0.0.7]                      | true
        a+*@b.example               | a+tag@b.example                   | true
        a.b@c.example               | axb@c.example                     | false
        a[x]*@c.example             | ax@c.example                      | false
        """)
    void matchesAsDocumented(String pattern, String address, boolean matches) {
        AddressPattern parsed = AddressPattern.parse(pattern).orElseThrow();

        assertThat(
                        address.equals("<>")
                                ? parsed.matches((EmailAddress) null)
                                : parsed.matches(EmailAddress.parse(address).orElseThrow()))
                .isEqualTo(matches);
        assertThat(parsed)
                .hasToString(pattern)
                .isEqualTo(AddressPattern.parse(pattern).orElseThrow());
    }

    @Test
    void matchesDecomposedCharacters() {
        AddressPattern pattern = AddressPattern.parse("jürgen@bücher.example").orElseThrow();

        assertThat(pattern.matches(
                        EmailAddress.parse("ju\u0308rgen@bu\u0308cher.example").orElseThrow()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "root",
                "contoso.example",
                "@",
                "a@",
                "@b c",
                "a b@c.example",
                "*@b .example",
                "* ",
                "<a@b.example>",
                "<*@b.example>",
                "a@b@c.example",
                "a@b..example",
                "*\n",
                "*@b..example",
                "*@b.example.",
                "*@",
                "@*b ücher.example",
                "@bü*.example",
                "*bücher.example",
                "@ſhared.example",
                "@ｂ.example",
                "*@*.ｂ.example",
                "@b\u3002example",
                "@micro\u200dsoft.com",
                "@micro\u00adsoft.com",
                "@[]",
                "*\u0000"
            })
    void rejectsInvalidPatterns(String text) {
        assertThat(AddressPattern.parse(text)).isEmpty();
    }

    @Test
    void rejectsPatternsLongerThanAnyAddress() {
        assertThat(AddressPattern.parse("*".repeat(320))).isPresent();
        assertThat(AddressPattern.parse("*".repeat(321))).isEmpty();
    }

    @Test
    @Timeout(10)
    void matchesAnyPatternQuickly() {
        AddressPattern pattern = AddressPattern.parse("*a".repeat(155) + "b@*").orElseThrow();
        EmailAddress address = new EmailAddress("a".repeat(100_000), "b.example");

        assertThat(pattern.matches(address)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"xn--", "xn--a-.example", "xn--99999999999.example", "-.xn--0", "\u3002\u3002x"})
    void toleratesInvalidDomains(String domain) {
        AddressPattern pattern = AddressPattern.parse("@*.example").orElseThrow();

        assertThatCode(() -> pattern.matches(new EmailAddress("a", domain + "ü".repeat(70))))
                .doesNotThrowAnyException();
        assertThatCode(() -> pattern.matches(new EmailAddress("a", domain))).doesNotThrowAnyException();
    }
}
