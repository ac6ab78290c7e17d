package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;

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

    @Test
    void isComputedFromFieldsAndBody() {
        CRC32 high = new CRC32();
        CRC32C low = new CRC32C();
        for (Checksum sum : List.of(high, low)) {
            sum.update("Message-ID: <1@mfp>\r\n".getBytes(ISO_8859_1));
            sum.update("no field\r\r\nx".getBytes(ISO_8859_1));
        }
        long expected = high.getValue() << 32 | low.getValue();
        String content = "Message-ID: <1@mfp>\r\nno field\r\r\nx";

        for (int size = 1; size <= content.length(); size++) {
            assertThat(of(content, size)).as("parts of %s", size).isEqualTo(expected);
        }
    }

    @Test
    void doesNotDependOnHowAnyContentIsSplit() {
        Random random = new Random(20261201);
        List<String> pieces = List.of(
                "\r",
                "\n",
                "\r\n",
                "\r\r\r\r",
                "x",
                " ",
                "X: y",
                "Received: z\r\n",
                "--b: c",
                "\0",
                "w".repeat(700),
                "v".repeat(1_100));
        for (int round = 0; round < Effort.rounds(20_000, 500_000); round++) {
            String content = "Message-ID: <1@mfp>\r\n"
                    + random.ints(random.nextInt(8), 0, pieces.size())
                            .mapToObj(pieces::get)
                            .collect(Collectors.joining());
            int[] ends =
                    random.ints(random.nextInt(5), 0, content.length()).sorted().toArray();

            assertThat(split(content, ends)).as(content).isEqualTo(of(content));
        }
    }

    private static long of(String content) {
        return split(content);
    }

    /// @param size length of the parts in which the content arrives
    private static long of(String content, int size) {
        return split(
                content,
                IntStream.iterate(size, end -> end < content.length(), end -> end + size)
                        .toArray());
    }

    /// @param ends ends of the parts in which the content arrives, except the last one
    private static long split(String content, int... ends) {
        byte[] octets = content.getBytes(ISO_8859_1);
        HeaderScan scan = new HeaderScan("relay");
        int offset = 0;
        for (int end : ends) {
            byte[] part = Arrays.copyOfRange(octets, offset, end);
            scan.add(part);
            scan.addBody(part, offset);
            offset = end;
        }
        byte[] last = Arrays.copyOfRange(octets, offset, octets.length);
        scan.add(last);
        scan.end();
        scan.addBody(last, offset);
        return scan.fingerprint();
    }
}
