package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.accept.FrontSettings;
import org.o365relay.accept.TestRelayFront;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Device;
import org.o365relay.admit.Devices;
import org.o365relay.admit.Tolerance;
import org.o365relay.time.SteadyClock;

/// HELO names: which are host names, and how the others are kept.
class ClientStateTest {

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
    void recognizesHostNames(String name, boolean host) {
        assertThat(HeloName.isDomain(name)).isEqualTo(host);
    }

    @Test
    void limitsTheLengthOfNames() {
        String label = "a".repeat(63);
        assertThat(HeloName.isDomain(label)).isTrue();
        assertThat(HeloName.isDomain(label + "a")).isFalse();
        assertThat(HeloName.isDomain("%s.%s.%s.%s".formatted(label, label, label, label)))
                .isTrue();
        assertThat(HeloName.isDomain("%s.%s.%s.%s.a".formatted(label, label, label, label)))
                .isFalse();
    }

    /// `{202e}` is the character U+202E.
    @ParameterizedTest
    @CsvSource(textBlock = """
        büro {65e5}{1f5a8}       , büro {65e5}{1f5a8}
        a{7}{1b}b{85}c           , a??b?c
        a{202e}b{2066}c{200b}d   , a?b?c?d
        a{2028}b{2029}c          , a?b?c
        a{e000}b{378}c           , a?b?c
        a{d83d}b{e0001}c         , a?b?c
        """)
    void replacesControlCharacters(String said, String kept) {
        ClientState state = state(Tolerance.STANDARD);
        state.greet(text(said), true);
        assertThat(state.helo()).isEqualTo(text(kept));
    }

    @Test
    void keepsItsStateAfterARejectedHelo() {
        ClientState state = state(Tolerance.STRICT);

        assertThat(state.greet("my_ups", false)).isPresent();
        assertThat(state.helo()).isEmpty();
        assertThat(state.lastHelo()).isEqualTo("my_ups");
        assertThat(state.isGreeted()).isFalse();
        assertThat(state.greet("printer.test", true)).isEmpty();
        assertThat(state.greet("third floor", false)).isPresent();
        assertThat(state.greet("", false)).isPresent();
        assertThat(state.helo()).isEqualTo("printer.test");
        assertThat(state.lastHelo()).isEqualTo("printer.test");
        assertThat(state.protocol(false)).isEqualTo("ESMTP");
        assertThat(state.greet("other.test", false)).isEmpty();
        assertThat(state.helo()).isEqualTo("other.test");
        assertThat(state.protocol(false)).isEqualTo("SMTP");
    }

    private static ClientState state(Tolerance tolerance) {
        InetAddress address = InetAddress.ofLiteral("192.0.2.7");
        Device device = new Devices(SteadyClock.following(InstantSource.fixed(TestRelayFront.NOW))).at(address);
        return new ClientState(
                new Client(address, FrontSettings.DEFAULTS.with(tolerance).policy(), device, ListenerTls.OFF));
    }

    private static String text(String shown) {
        return Pattern.compile("\\{(\\w+)}")
                .matcher(shown)
                .replaceAll(code -> Character.toString(Integer.parseInt(code.group(1), 16)));
    }
}
