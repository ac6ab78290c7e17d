package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;
import static org.o365relay.sandbox.SandboxFixture.PASSWORD;
import static org.o365relay.sandbox.SandboxFixture.USER;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

final class StorageTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String KEY = "sandbox-key.p12";

    private static byte[] key = new byte[0];

    @TempDir
    private Path directory;

    /// Shared, because generating a key takes a second.
    @BeforeAll
    static void generateKey(@TempDir Path workshop) throws IOException {
        Sandbox.start(SandboxFixture.settings(workshop)).close();
        key = Files.readAllBytes(workshop.resolve(KEY));
    }

    @BeforeEach
    void useTheKey() throws IOException {
        Files.write(directory.resolve(KEY), key);
    }

    @Test
    void storesAMessageAndItsRecord() throws IOException {
        try (Sandbox sandbox = started(NOON)) {
            deliver(
                    sandbox,
                    "From: =?utf-8?q?M=C3=BCller?= <relay@contoso.example>\r\nSubject: a \"b\"\t\\\r\n\r\nx\r\n");
            String name = "0001-20261121-120000";
            assertThat(messageFiles()).containsExactly(name + ".eml", name + ".json");
            assertThat(directory.resolve(name + ".eml"))
                    .hasBinaryContent(sandbox.accepted().getFirst().content());
            assertThat(Files.readString(directory.resolve(name + ".json")).replaceAll("TLS_\\w+", "SUITE"))
                    .isEqualTo("""
                        {
                          "ingress": "smtp",
                          "envelopeFrom": "relay@contoso.example",
                          "envelopeTo": ["someone@example.org"],
                          "user": "relay@contoso.example",
                          "mechanism": "LOGIN",
                          "tls": "TLSv1.3",
                          "cipher": "SUITE",
                          "client": "127.0.0.1",
                          "helo": "test",
                          "receivedAt": "2026-11-21T12:00:00Z",
                          "from": "M\\u00fcller <relay@contoso.example>",
                          "subject": "a \\"b\\"\\t\\\\",
                          "messageId": null,
                          "size": 78
                        }
                        """);
        }
    }

    @Test
    void continuesNumberingAndReusesItsCertificateAfterARestart() throws IOException {
        byte[] first = startedOnce(NOON);
        Files.writeString(directory.resolve(".7.part"), "left over");
        try (Sandbox sandbox = started(NOON.plusSeconds(60))) {
            deliver(sandbox, MESSAGE);
            assertThat(sandbox.trustedCertificates()).hasBinaryContent(first);
            assertThat(directory.resolve(KEY)).hasBinaryContent(key);
        }
        assertThat(messageFiles())
                .containsExactly(
                        "0001-20261121-120000.eml",
                        "0001-20261121-120000.json",
                        "0002-20261121-120100.eml",
                        "0002-20261121-120100.json");
        assertThat(directory.resolve(".7.part")).doesNotExist();
    }

    @Test
    void renewsItsCertificateBeforeItExpires() throws IOException {
        byte[] first = startedOnce(Instant.now());
        try (Sandbox sandbox = started(Instant.now().plus(Duration.ofDays(364).plusHours(1)))) {
            assertThat(Files.readAllBytes(sandbox.trustedCertificates())).isNotEqualTo(first);
        }
    }

    @Test
    void makesTheKeyReadableOnlyByItsOwner() throws IOException {
        Files.delete(directory.resolve(KEY));
        startedOnce(NOON);
        assertThat(Files.getPosixFilePermissions(directory.resolve(KEY)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void removesTheTemporaryFileOfARefusedMessage() throws IOException {
        try (Sandbox sandbox = started(NOON)) {
            send(sandbox, "Subject: nobody\r\n\r\n");
            assertThat(messageFiles()).isEmpty();
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
            }
        }
    }

    @Test
    void keepsOnlyTheCountWithKeepCount() throws IOException, InterruptedException {
        try (Sandbox sandbox = Sandbox.start(SandboxFixture.settings(directory).with(Keep.COUNT))) {
            deliver(sandbox, MESSAGE);
            assertThat(sandbox.awaitCount(1, SOON)).isTrue();
            assertThat(sandbox.accepted()).isEmpty();
            assertThat(messageFiles()).isEmpty();
        }
    }

    @Test
    void keepsRecordsInMemoryWithKeepRecords() throws IOException {
        try (Sandbox sandbox = Sandbox.start(SandboxFixture.settings(directory).with(Keep.RECORDS))) {
            deliver(sandbox, MESSAGE);
            AcceptedMessage accepted = sandbox.accepted().getFirst();
            assertThat(accepted.subject()).isEqualTo("hello");
            assertThatThrownBy(accepted::content).hasMessageContaining("does not keep message contents");
        }
    }

    @Test
    void wakesCallersThatWaitForAMessage() throws IOException, InterruptedException {
        try (Sandbox sandbox = started(NOON)) {
            CompletableFuture<Void> delivery = CompletableFuture.runAsync(() -> deliver(sandbox, MESSAGE));
            assertThat(sandbox.await(message -> "hello".equals(message.subject()), SOON))
                    .hasValueSatisfying(message -> assertThat(message.number()).isEqualTo(1));
            assertThat(sandbox.await(message -> message.number() == 2, Duration.ofMillis(1)))
                    .isEmpty();
            assertThat(sandbox.awaitCount(2, Duration.ofMillis(1))).isFalse();
            delivery.join();
        }
    }

    @Test
    void reportsAPortInUse() throws IOException {
        try (Sandbox sandbox = started(NOON)) {
            int port = sandbox.address().getPort();
            SandboxSettings same =
                    SandboxFixture.settings(directory).withAddress(InetAddress.getLoopbackAddress(), port);
            assertThatThrownBy(() -> Sandbox.start(same))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot listen on ")
                    .hasMessageContaining(":" + port + ": Address already in use");
        }
    }

    private Sandbox started(Instant now) throws IOException {
        return Sandbox.start(SandboxFixture.settings(directory), InstantSource.fixed(now), new SplittableRandom(1));
    }

    /// @return the certificate of a sandbox that accepted one message and was stopped
    private byte[] startedOnce(Instant now) throws IOException {
        try (Sandbox sandbox = started(now)) {
            deliver(sandbox, MESSAGE);
            return Files.readAllBytes(sandbox.trustedCertificates());
        }
    }

    private static void deliver(Sandbox sandbox, String content) {
        try {
            assertThat(send(sandbox, content)).startsWith("250 2.0.0 OK ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String send(Sandbox sandbox, String content) throws IOException {
        try (RawClient client = RawClient.signedIn(sandbox, USER, PASSWORD)) {
            client.say("MAIL FROM:<relay@contoso.example>");
            client.say("RCPT TO:<someone@example.org>");
            client.say("DATA");
            client.send(content + ".\r\n");
            return client.reply();
        }
    }

    private List<String> messageFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d.*"))
                    .sorted()
                    .toList();
        }
    }
}
