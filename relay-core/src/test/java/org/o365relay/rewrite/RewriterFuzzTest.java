package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;

class RewriterFuzzTest {

    private static final EmailAddress MAILBOX = address("relay@contoso.example");
    private static final RewriteSettings PLAIN = rules("{name}", true, List.of());
    private static final RewriteSettings WITH_ALIASES = rules(
            "{name} via {device}", false, List.of(new RewriteSettings.SendAs.WholeDomain(new Domain("contoso.com"))));

    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "header.dict")
    void changesAnyBytesOnlyAsDocumented(byte[] message) throws IOException {
        check(PLAIN, "printer-3", address("ann@contoso.com"), null, message);
        check(PLAIN, "printer-3", address("ann@contoso.com"), "<1.0f3c@mfp.contoso.example>", message);
        check(WITH_ALIASES, "printer-3", null, null, message);
    }

    /// The first three lines are the HELO name, the template for display names and the envelope sender.
    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "header.dict")
    void changesOnlyAsDocumentedForAnyHeloName(byte[] input) throws IOException {
        String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", 4);
        if (lines.length == 4) {
            EmailAddress sender = EmailAddress.parse(utf8(lines[2])).orElse(null);
            byte[] message = lines[3].getBytes(StandardCharsets.ISO_8859_1);
            check(rules(utf8(lines[1]), true, List.of()), utf8(lines[0]), sender, null, message);
        }
    }

    private static String utf8(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static void check(
            RewriteSettings rules, String helo, @Nullable EmailAddress sender, @Nullable String newId, byte[] message)
            throws IOException {
        byte[] out = rewritten(rules, helo, sender, newId, message);
        DocumentedChanges.check(rules, newId, message, out);
        assertThat(Arrays.equals(out, rewritten(rules, helo, sender, newId, message)))
                .as("the same at every attempt")
                .isTrue();
    }

    private static byte[] rewritten(
            RewriteSettings rules, String helo, @Nullable EmailAddress sender, @Nullable String newId, byte[] message)
            throws IOException {
        Arrival arrival = new Arrival(
                Instant.parse("2026-11-21T07:00:01.250Z"), InetAddress.ofLiteral("10.0.0.7"), helo, "ESMTP");
        Envelope envelope = new Envelope(sender, List.of(address("bob@fabrikam.com")), false);
        return RewriteCase.bytes(new Rewriter(rules)
                .rewrite(RewriteCase.id(), arrival, envelope, newId, new ByteArrayInputStream(message)));
    }

    private static RewriteSettings rules(String displayName, boolean record, List<RewriteSettings.SendAs> sendAs) {
        return new RewriteSettings(MAILBOX, displayName, sendAs, null, record, record, "relay.contoso.example");
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
