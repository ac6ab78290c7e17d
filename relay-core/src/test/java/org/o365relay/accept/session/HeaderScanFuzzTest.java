package org.o365relay.accept.session;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.Deviation;

class HeaderScanFuzzTest {

    private static final String HOSTNAME = "relay.test";
    private static final Pattern LINE_END = Pattern.compile("\r*+\n|\r");
    private static final Pattern FIELD = Pattern.compile("([!-9;-~]+)[ \t]*:.*", Pattern.DOTALL);

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "headers.dict")
    void countsTheHopsInAnyOctets(byte[] octets) {
        HeaderScan whole = HeaderScan.scan(octets, true, HOSTNAME);
        HeaderScan again = HeaderScan.scan(octets.clone(), true, HOSTNAME);
        HeaderScan beginning = HeaderScan.scan(octets, false, HOSTNAME);
        HeaderScan half = HeaderScan.scan(Arrays.copyOf(octets, octets.length / 2), false, HOSTNAME);

        hold(whole.receivedFields() == hops(octets), "hops", whole.receivedFields());
        hold(
                beginning.receivedFields() == whole.receivedFields(),
                "fewer hops if there may be more",
                beginning.receivedFields());
        hold(half.receivedFields() <= whole.receivedFields(), "more hops in the half", half.receivedFields());
        hold(whole.deviations().equals(again.deviations()), "two opinions", again.deviations());
        hold(whole.deviations().containsAll(beginning.deviations()), "more wrong", beginning.deviations());
        hold(
                whole.previousId().equals(again.previousId())
                        && whole.noticeAbout().equals(again.noticeAbout()),
                "two ids",
                again);
        hold(whole.automaticReply().equals(again.automaticReply()), "two answers", again.automaticReply());
        hold(whole.previousId().isEmpty() || whole.receivedFields() > 0, "a trace without a hop", whole.previousId());
        hold(isRaw(octets) || !whole.deviations().contains(Deviation.RAW_8BIT_HEADER), "not raw", whole);
    }

    /// How many Received fields there are, the slow way: line by line.
    private static int hops(byte[] octets) {
        String[] lines = LINE_END.split(new String(octets, StandardCharsets.ISO_8859_1), -1);
        boolean mbox = lines[0].startsWith("From ") || lines[0].startsWith(">From ");
        int hops = 0;
        int at = mbox && !FIELD.matcher(lines[0]).matches() ? 1 : 0;
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
