package org.o365relay.ndr;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;

class NdrParserFuzzTest {

    @FuzzTest(maxDuration = "5m")
    void parsesReportsThatCanBeShownOnOneLine(byte[] message) {
        NdrParser.read(message).ifPresent(report -> {
            hold(!report.recipients().isEmpty(), "nobody", report.toString());
            for (UndeliveredRecipient undelivered : report.recipients()) {
                String shown = undelivered.address() + " " + undelivered.reply();
                hold(!undelivered.address().isEmpty(), "no address", shown);
                hold(undelivered.reply().category() >= 4, "no failure", shown);
                hold(shown.indexOf('\n') < 0 && shown.indexOf('\r') < 0, "more than a line", shown);
            }
        });
    }
}
