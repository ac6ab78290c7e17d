package org.o365relay.mail;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class ReplyFuzzTest {

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "replies.dict")
    void parsesRepliesThatCanBeShownOnOneLine(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);

        Reply.parse(text).ifPresent(reply -> {
            String shown = reply.toString();
            hold(text.strip().startsWith(Integer.toString(reply.code())), "another code", shown);
            hold(shown.startsWith(Integer.toString(reply.code())), "no code", shown);
            hold(shown.indexOf('\n') < 0, "more than a line", shown);
            hold(
                    Reply.parse(shown)
                            .filter(again -> again.code() == reply.code())
                            .isPresent(),
                    "not read again",
                    shown);
        });
    }
}
