package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is a name, and what is odd.
class HelloTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            printer                , true
            localhost              , true
            printer-3.contoso.test , true
            3com.test              , true
            a.b.c.d                , true
            xn--bcher-kva.test     , true
            ''                     , false
            my_ups                 , false
            192.168.1.7            , false
            7                      , false
            a..b                   , false
            .a                     , false
            a.                     , false
            -a                     , false
            a-.b                   , false
            third floor            , false
            büro                   , false
            a/b                    , false
            """)
    void tellsAHostName(String name, boolean host) {
        assertThat(HeloName.isDomain(name)).isEqualTo(host);
    }

    @Test
    void knowsHowLongANameMayBe() {
        String label = "a".repeat(63);
        assertThat(HeloName.isDomain(label)).isTrue();
        assertThat(HeloName.isDomain(label + "a")).isFalse();
        assertThat(HeloName.isDomain("%s.%s.%s.%s".formatted(label, label, label, label)))
                .isTrue();
        assertThat(HeloName.isDomain("%s.%s.%s.%s.a".formatted(label, label, label, label)))
                .isFalse();
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
            [IPv6:]           , false
            []                , false
            [                 , false
            [printer.test]    , false
            [192.168.1.7      , false
            """)
    void tellsAnAddressLiteral(String name, boolean literal) {
        assertThat(HeloName.isAddressLiteral(name)).isEqualTo(literal);
    }
}
