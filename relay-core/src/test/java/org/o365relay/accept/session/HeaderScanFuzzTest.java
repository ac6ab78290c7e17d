package org.o365relay.accept.session;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.FieldNames;

class HeaderScanFuzzTest {

    private static final String HOSTNAME = "relay.test";
    private static final Pattern LINE_END = Pattern.compile("\r*+\n|\r");
    private static final Pattern FIELD = Pattern.compile("(?!--)([!-9;-~]+)[ \t]*:.*", Pattern.DOTALL);

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "headers.dict")
    void countsTheHopsInAnyOctets(byte[] octets) {
        HeaderScan whole = scan(octets, octets.length);
        HeaderScan parts = scan(octets, 1 + octets.length / 3);
        HeaderScan half = scan(Arrays.copyOf(octets, octets.length / 2), octets.length);

        hold(whole.receivedFields() == hops(octets), "hops", whole.receivedFields());
        hold(half.receivedFields() <= whole.receivedFields(), "more hops in the half", half.receivedFields());
        hold(parts.receivedFields() == whole.receivedFields(), "other hops in parts", parts.receivedFields());
        hold(whole.deviations().equals(parts.deviations()), "two opinions", parts.deviations());
        hold(
                whole.previousId().equals(parts.previousId())
                        && whole.noticeAbout().equals(parts.noticeAbout()),
                "two ids",
                parts);
        hold(whole.searchableHeaders().equals(parts.searchableHeaders()), "two headers", parts.searchableHeaders());
        hold(whole.automaticReply().equals(parts.automaticReply()), "two answers", parts.automaticReply());
        hold(whole.previousId().isEmpty() || whole.receivedFields() > 0, "a trace without a hop", whole.previousId());
        hold(isRaw(octets) || !whole.deviations().contains(Deviation.RAW_8BIT_HEADER), "not raw", whole);
    }

    private static HeaderScan scan(byte[] octets, int split) {
        HeaderScan scan = new HeaderScan(HOSTNAME);
        for (int at = 0; at < octets.length; at += split) {
            scan.add(Arrays.copyOfRange(octets, at, Math.min(octets.length, at + split)));
        }
        scan.end();
        return scan;
    }

    /// Counts the `Received` fields the slow way, line by line.
    private static int hops(byte[] octets) {
        String[] lines = LINE_END.split(new String(octets, StandardCharsets.ISO_8859_1), -1);
        if (lines[0].startsWith("\u00ef\u00bb\u00bf")) {
            lines[0] = lines[0].substring(3);
        }
        boolean mbox = lines[0].startsWith("From ") || lines[0].startsWith(">From ");
        int hops = 0;
        int at = mbox && !FIELD.matcher(lines[0]).matches() ? 1 : 0;
        boolean skipped = false;
        while (at < lines.length && lines[at].matches("[ \t]*")) {
            skipped = true;
            at++;
        }
        Matcher first = FIELD.matcher(at < lines.length ? lines[at] : "");
        if (skipped && !(first.matches() && FieldNames.mayBeFirst(first.group(1)))) {
            return 0;
        }
        while (at < lines.length) {
            Matcher field = FIELD.matcher(lines[at++]);
            if (!field.matches()) {
                return hops; // the body
            }
            hops += field.group(1).equalsIgnoreCase("Received") ? 1 : 0;
            while (at < lines.length && (lines[at].startsWith(" ") || lines[at].startsWith("\t"))) {
                at++;
            }
        }
        return hops;
    }

    private static boolean isRaw(byte[] octets) {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }
}
