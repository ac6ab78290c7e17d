package org.o365relay.config.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValueFactory;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.config.hocon.Parsed;

class EntraTest {

    @ParameterizedTest
    @CsvSource({
        "https://graph.microsoft.com,  https://graph.microsoft.com",
        "https://graph.microsoft.com/, https://graph.microsoft.com",
        "HTTPS://graph.test:8443,      HTTPS://graph.test:8443",
        "https://[2001:db8::1],        https://[2001:db8::1]",
        "http://127.0.0.1:8080,        http://127.0.0.1:8080",
        "http://localhost,             http://localhost"
    })
    void acceptsOrigins(String text, URI origin) {
        assertThat(parse(text)).isEqualTo(new Parsed.Ok<>(origin));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://graph.test#top",
                "https://graph.test/#",
                "https://graph.test#",
                "https://graph.test?",
                "https://graph.test?x=1",
                "https://graph.test/v1.0",
                "https://graph.test//",
                "https://user@graph.test",
                "https://@graph.test",
                "https://graph.test:99999",
                "https://graph.test:0",
                "https:graph.test",
                "https:///x",
                "https://",
                "graph.test",
                "//graph.test",
                "http://graph.test",
                "http://localhoſt",
                "http://localhost.evil.test",
                "ftp://localhost",
                "https://gra ph.test"
            })
    void refusesWhatIsNoOrigin(String text) {
        assertThat(parse(text)).isInstanceOf(Parsed.Invalid.class);
    }

    private static Parsed<URI> parse(String text) {
        return Entra.ORIGIN.parse(ConfigValueFactory.fromAnyRef(text));
    }
}
