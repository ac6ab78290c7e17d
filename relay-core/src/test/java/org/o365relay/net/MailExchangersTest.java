package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.net.FakeDns.Answer;
import org.o365relay.net.FakeDns.Mx;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MailExchangersTest {

    private FakeDns dns;

    @BeforeEach
    void start() throws IOException {
        dns = new FakeDns();
    }

    @AfterEach
    void stop() {
        dns.close();
    }

    @Test
    void returnsTheMostPreferredFirst() throws UnknownHostException {
        dns.knows(
                "contoso.example", new Mx(20, "b.mx.example"), new Mx(10, "A.mx.example"), new Mx(30, "c.mx.example"));
        assertThat(dns.exchangers().of("contoso.example"))
                .containsExactly("a.mx.example", "b.mx.example", "c.mx.example");
    }

    @Test
    void shufflesExchangersOfTheSamePreference() throws UnknownHostException {
        dns.knows(
                "contoso.example", new Mx(10, "a.mx.example"), new Mx(10, "b.mx.example"), new Mx(20, "c.mx.example"));
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(dns.exchangers().of("contoso.example"));
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        List.of("a.mx.example", "b.mx.example", "c.mx.example"),
                        List.of("b.mx.example", "a.mx.example", "c.mx.example"));
    }

    @Test
    void returnsTheDomainItselfWithoutMx() throws UnknownHostException {
        dns.knows("contoso.example");
        assertThat(dns.exchangers().of("contoso.example")).containsExactly("contoso.example");
    }

    @Test
    void reportsANullMx() {
        dns.knows("contoso.example", new Mx(0, ""));
        assertThatThrownBy(() -> dns.exchangers().of("contoso.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("the domain contoso.example accepts no mail (null MX in DNS)");
    }

    @Test
    void reportsANonexistentDomain() {
        assertThatThrownBy(() -> dns.exchangers().of("cotnoso.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("the domain cotnoso.example does not exist in DNS");
    }

    @Test
    void reportsADnsFailure() {
        dns.answers("contoso.example", new Answer.Failure(2));
        assertThatThrownBy(() -> dns.exchangers().of("contoso.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageStartingWith("cannot look up the mail exchangers (MX) of contoso.example in DNS: ")
                .hasMessageContaining("code 2");
    }

    @Test
    void timesOutIfDnsDoesNotRespond() {
        dns.answers("contoso.example", new Answer.Silence());
        assertThatThrownBy(() -> dns.exchangers().of("contoso.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("cannot look up the mail exchangers (MX) of contoso.example in DNS: timeout");
    }

    @Test
    void usesOnlyTheTenMostPreferredOfAVeryLongList() throws UnknownHostException {
        Mx[] many = new Mx[20];
        java.util.Arrays.setAll(many, i -> new Mx(100 - i, "mx" + i + ".example"));
        dns.knows("contoso.example", many);
        assertThat(dns.exchangers().of("contoso.example")).hasSize(10).startsWith("mx19.example", "mx18.example");
    }

    @Test
    void ignoresExchangersThatAreNotHostNames() throws UnknownHostException {
        dns.knows(
                "contoso.example",
                new Mx(10, "a b.example"),
                new Mx(10, "a\r\nfailed.example"),
                new Mx(10, "<a>.example"),
                new Mx(20, "mx.example"));
        assertThat(dns.exchangers().of("contoso.example")).containsExactly("mx.example");
        dns.knows("fabrikam.example", new Mx(10, "a b.example"));
        assertThatThrownBy(() -> dns.exchangers().of("fabrikam.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("the mail exchangers (MX) of fabrikam.example in DNS are not host names");
    }
}
