package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.o365relay.deliver.graph.GraphUpstream;
import org.o365relay.deliver.graph.GraphUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.identity.SignInService;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.time.SteadyClock;

/// A process without a free file descriptor. It needs a limit of its own, so the attempts are made by another JVM.
class OutOfDescriptorsTest {

    private static final String SHORTAGE =
            "CONNECT NETWORK 451 4.3.1 the relay is out of file descriptors: raise LimitNOFILE of its service";

    @Test
    void namesTheShortageAndBlamesNoServer() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 256; exec \"$0\" -XX:TieredStopAtLevel=1 -Xshare:auto -cp \"$1\" \"$2\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output.lines().filter(line -> line.startsWith("> ")))
                .as(output)
                .containsExactly(
                        "> " + SHORTAGE,
                        "> " + SHORTAGE,
                        "> " + SHORTAGE,
                        "> " + SHORTAGE,
                        "> NETWORK no response from the sign-in service: the relay is out of file descriptors: raise"
                                + " LimitNOFILE of its service");
    }

    static final class Child {

        private static final Duration MOMENT = Duration.ofSeconds(5);
        private static final List<FileInputStream> OPEN = new ArrayList<>();
        private static final Https HTTPS = new Https(HttpSettings.DIRECT);
        private static final SignInService SIGN_IN = new SignInService(HttpSettings.DIRECT, SteadyClock.system());

        private Child() {}

        public static void main(String[] ignored) throws IOException {
            run(""); // loads the classes
            try {
                while (true) {
                    OPEN.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException _) {
                run("> ");
            }
            System.exit(0);
        }

        private static void run(String prefix) {
            try (Upstream address = smtp("127.0.0.1");
                    Upstream name = smtp("smtp.invalid");
                    Upstream graph = graph()) {
                for (Upstream upstream : List.of(address, name, graph)) {
                    print(prefix, upstream, "hello");
                }
                print(prefix, graph, "x".repeat(100_000));
            }
            TokenSource tokens = SIGN_IN.tokens(
                    new Credential.ClientSecret(
                            new App("https://127.0.0.1:1", "contoso.example", "app"), "", new Secret("s"), null),
                    "https://outlook.example/.default" + prefix.strip()); // not the failure that was cached
            System.out.println(prefix + failure(tokens));
        }

        private static String failure(TokenSource tokens) {
            try {
                return tokens.token().toString();
            } catch (TokenException e) {
                return e.origin() + " " + e.reply().text();
            }
        }

        private static void print(String prefix, Upstream upstream, String text) {
            Response response =
                    upstream.attempt(message(text)).values().iterator().next();
            System.out.println(prefix + response.step() + " " + response.origin() + " " + response.reply());
        }

        private static SmtpUpstream smtp(String host) {
            SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                    host, 1, SmtpUpstreamSettings.Tls.NONE, null, 1, MOMENT, MOMENT, MOMENT, MOMENT, "relay.example");
            return new SmtpUpstream(settings, new Credential.None());
        }

        private static GraphUpstream graph() {
            TokenSource tokens = new TokenSource() {
                @Override
                public AccessToken token() {
                    return new AccessToken(new Secret("token"), Instant.MAX);
                }

                @Override
                public void invalidate(AccessToken refused) {}
            };
            return new GraphUpstream(
                    new GraphUpstreamSettings(URI.create("http://127.0.0.1:1"), "relay@contoso.example", 20_000),
                    tokens,
                    HTTPS,
                    1,
                    Path.of(System.getProperty("java.io.tmpdir")),
                    SteadyClock.system());
        }

        private static OutgoingMessage message(String text) {
            return new OutgoingMessage(
                    new QueueId(1),
                    new EmailAddress("relay", "contoso.example"),
                    List.of(new Recipient(0, new EmailAddress("anna", "contoso.example"))),
                    false,
                    out -> out.write(("To: anna@contoso.example\r\n\r\n" + text).getBytes(StandardCharsets.US_ASCII)));
        }
    }
}
