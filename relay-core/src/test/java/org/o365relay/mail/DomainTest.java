package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.Invariant.hold;

import java.net.IDN;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Contoso.Example        | contoso.example
        x_y.contoso.example    | x_y.contoso.example
        bücher.example         | xn--bcher-kva.example
        BÜCHER.example         | xn--bcher-kva.example
        bu\u0308cher.example   | xn--bcher-kva.example
        BU\u0308CHER.example   | xn--bcher-kva.example
        XN--Bcher-KVA.Example  | xn--bcher-kva.example
        straße.example         | xn--strae-oqa.example
        STRAßE.example         | xn--strae-oqa.example
        strasse.example        | strasse.example
        mıcrosoft.com          | xn--mcrosoft-tkb.com
        MıCROSOFT.com          | xn--mcrosoft-tkb.com
        φίλος.example          | xn--kxaymmq.example
        ΦΊΛΟς.example          | xn--kxaymmq.example
        φίλοσ.example          | xn--kxaymql.example
        пример.испытание       | xn--e1afmkfd.xn--80akhbyknj4f
        ПРИМЕР.испытание       | xn--e1afmkfd.xn--80akhbyknj4f
        例子.test              | xn--fsqu00a.test
        उदाहरण.test            | xn--p1b6ci4b4b3a.test
        𠀋.test                | xn--u50i.test
        한국.test              | xn--3e0b707e.test
        \u1112\u1161\u11ab\u1100\u116e\u11a8.test | xn--3e0b707e.test
        نامه\u200Cای.com       | xn--mgba3gch31f060k.com
        ශ\u0dca\u200dර.com     | xn--10cl1a711o.com
        paral·lel.cat          | xn--parallel-koa.cat
        ア・イ.test            | xn--ccke4x.test
        Ꭰ.test                 | xn--58d.test
        [192.0.2.1]            | [192.0.2.1]
        [IPv6:2001:DB8::1]     | [ipv6:2001:db8:0:0:0:0:0:1]
        [IPv6:2001:0db8:0::1]  | [ipv6:2001:db8:0:0:0:0:0:1]
        [IPv6:::ffff:192.0.2.1] | [192.0.2.1]
        """)
    void convertsToLowerCaseALabels(String text, String name) {
        Domain domain = Domain.parse(text).orElseThrow();

        assertThat(domain.name()).isEqualTo(name);
        assertThat(new Domain(name)).isEqualTo(domain);
        assertThat(Domain.parse(name)).contains(domain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a.",
                ".a",
                "a..b",
                "a b",
                "a/b",
                "ｍicrosoft.com", // full width
                "ſhared.example",
                "STRAẞE.example",
                "\u212Aontoso.example", // Kelvin sign
                "\u2126.example", // Ohm sign
                "İstanbul.example",
                "ﬁ.example",
                "microsoft\u3002com",
                "micro\u00adsoft.com",
                "micro\u200bsoft.com",
                "micro\u200csoft.com",
                "micro\u200dsoft.com",
                "micro\u034fsoft.com",
                "microsoft\ufe0f.com",
                "micro\u180bsoft.com",
                "\u200dmicrosoft.com",
                "\u0308a.com",
                "a·b.cat",
                "a・b.test",
                "\u1112.test",
                "a\ufffd.com",
                "a\ud800.com",
                "i❤.test"
            })
    void refusesWhatOtherProgramsWouldReadAsAnotherDomain(String text) {
        assertThat(Domain.parse(text)).isEmpty();
        assertThat(EmailAddress.parse("bob@" + text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        [192.168.1.7]     , true
        [IPv6:fe80::1]    , true
        [ipv6:::1]        , true
        192.168.1.7       , false
        [192.168.1]       , false
        [192.168.1.256]   , false
        [fe80::1]         , false
        [IPv6:192.0.2.1]  , false
        [IPv6:fe80::1%1]  , false
        [IPv6:]           , false
        []                , false
        [                 , false
        [printer.test]    , false
        [192.168.1.7      , false
        """)
    void recognizesAddressLiterals(String name, boolean literal) {
        assertThat(Domain.isAddressLiteral(name)).isEqualTo(literal);
    }

    @Test
    void convertsDifferentCharactersToDifferentLabels() {
        Map<String, Integer> seen = new HashMap<>();
        for (int point = 0x80; point < 0x30000; point++) {
            Optional<Domain> domain = Domain.parse("a" + Character.toString(point));
            if (domain.isPresent() && !Character.isUpperCase(point)) {
                hold(domain.get().name().startsWith("xn--"), "is read as ASCII", point);
                hold(seen.put(domain.get().name(), point) == null, "is read as another letter", point);
            }
        }
        assertThat(seen).hasSizeGreaterThan(80_000);
    }

    /// Where IDNA 2003, which Java implements, and IDNA 2008 agree.
    @Test
    void encodesLikeTheJdk() {
        Random random = new Random(7);
        int[] characters = "abcxyz0189-äöüéñøλθдяюш日本語例子한국𠀋".codePoints().toArray();
        for (int i = 0; i < 2_000; i++) {
            StringBuilder label = new StringBuilder("a");
            random.ints(random.nextInt(1, 12), 0, characters.length)
                    .forEach(at -> label.appendCodePoint(characters[at]));
            String text = label.append('z').toString();
            assertThat(new Domain(text).name()).isEqualTo(IDN.toASCII(text));
        }
    }
}
