package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentFingerprintTest {

    private static final String MESSAGE = "From: a@b\r\nMessage-ID: <1@mfp>\r\nSubject: x\r\n\r\ntext\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received: from a by b; now\r\n",
                "received : from a\r\n\tby b;\r\n\tnow\r\nReceived: again\r\n",
                "Return-Path: <a@b>\r\n",
                "Delivered-To: c@d\r\nX-Original-To: c@d\r\n",
                "DKIM-Signature: t=1;\r\n b=x\r\n"
            })
    void ignoresWhatServersOnTheWayAdd(String trace) {
        assertThat(of(trace + MESSAGE)).isEqualTo(of(MESSAGE));
        assertThat(of(MESSAGE.replace("Subject", trace + "Subject"))).isEqualTo(of(MESSAGE));
    }

    @Test
    void noticesEveryOtherChange() {
        Set<Long> known = new HashSet<>(Set.of(of(MESSAGE)));
        for (int i = 0; i < MESSAGE.length(); i++) {
            char other = MESSAGE.charAt(i) == 'y' ? 'z' : 'y';
            String changed = MESSAGE.substring(0, i) + other + MESSAGE.substring(i + 1);
            assertThat(known.add(of(changed))).as(changed).isTrue();
        }
        for (String added : List.of("Date: now\r\n", "X-Alarm: 2\r\n", "To: c@d\r\n")) {
            assertThat(known.add(of(added + MESSAGE))).as(added).isTrue();
        }
        assertThat(known.add(of(MESSAGE + "Received: in the body\r\n"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12, 13, 60, 61, 70, 76, 77, 80})
    void doesNotDependOnHowTheContentIsSplit(int size) {
        assertThat(of("Received: x\r\n" + MESSAGE, size)).isEqualTo(of(MESSAGE));
    }

    @Test
    void countsAPartOfALongField() {
        String to = "To: " + "ann@contoso.example,\r\n ".repeat(20_000);
        assertThat(of(to + "a@b\r\n" + MESSAGE)).isNotEqualTo(of(MESSAGE));
        assertThat(of(to + "a@b\r\n" + MESSAGE + "x")).isNotEqualTo(of(to + "a@b\r\n" + MESSAGE));
    }

    private static long of(String content) {
        return of(content, content.length());
    }

    /// @param size of the parts in which the content arrives
    private static long of(String content, int size) {
        byte[] octets = content.getBytes(ISO_8859_1);
        HeaderScan scan = new HeaderScan("relay");
        for (int offset = 0; offset < octets.length; offset += size) {
            byte[] part = Arrays.copyOfRange(octets, offset, Math.min(octets.length, offset + size));
            scan.add(part);
            scan.addBody(part, offset);
        }
        return scan.fingerprint();
    }
}
