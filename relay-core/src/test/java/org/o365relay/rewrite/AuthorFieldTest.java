package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;

class AuthorFieldTest {

    // In the table: backslashes escape as in Java.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        scanner@contoso.example                                  | scanner@contoso.example
        Scanner 3 <scanner@contoso.example>                      | scanner@contoso.example
        "Scanner, 3" <scanner@contoso.example>                   | scanner@contoso.example
        <scanner@contoso.example>, other@contoso.example         | scanner@contoso.example
        Scanner\\r\\n\\t<scanner@contoso.example>\\r\\n          | scanner@contoso.example
        scanner@contoso.example (third floor)                    | scanner@contoso.example
        =?utf-8?q?M=C3=BCller?= <m@contoso.example>              | m@contoso.example
        =?utf-8?q?scanner=40contoso=2Eexample?=                  | scanner@contoso.example
        <a@x.example.>                                           | a@x.example
        Kock, Arne <x@y.example>                                 | x@y.example
        <a@b.example<mailto:a@b.example>>                        | a@b.example
        root                                                     | root
        root, Admin <admin@contoso.example>                      | admin@contoso.example
        Device                                                   | Device
        Scanner 3 <>                                             | ``
        ``                                                       | ``
        """)
    void findsTheAddress(String value, String address) {
        assertThat(AuthorField.address(value.translateEscapes())
                        .map(EmailAddress::toString)
                        .orElse(""))
                .isEqualTo(address);
    }

    @Test
    @Timeout(20)
    void parsesAnyOctetsQuickly() {
        Random random = new Random(5322);
        byte[] alphabet = "<>@\",;:()[]\\ =?utf-8?q?a.b\r\n\t\0\u00fc".getBytes(StandardCharsets.ISO_8859_1);
        for (int round = 0; round < 300; round++) {
            byte[] octets = new byte[random.nextInt(20_000)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = alphabet[random.nextInt(alphabet.length)];
            }
            long before = System.nanoTime();
            var _ = AuthorField.address(new String(octets, StandardCharsets.ISO_8859_1));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        }
    }
}
