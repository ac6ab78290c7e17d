package org.o365relay.mail;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class EmailAddressFuzzTest {

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "addresses.dict")
    void parsesOnlyAddressesThatFitBetweenAngleBrackets(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);

        EmailAddress.parse(text).ifPresent(address -> {
            hold(address.toString().equals(text), "another address", address);
            hold(size(address.localPart()) >= 1 && size(address.localPart()) <= 64, "local part", address);
            hold(size(address.domain()) <= 255, "domain", address);
            hold(text.chars().noneMatch(c -> Character.isISOControl(c) || c == 0xfffd), "control characters", text);
            hold(!mayEndAPath(withoutQuotedString(text)), "characters that need quotes", text);
            hold(EmailAddress.parse(text).filter(address::equals).isPresent(), "not equal to itself", address);
            hold(!address.isReachable() || address.isQualified(), "reachable without domain", address);
        });
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean mayEndAPath(String text) {
        return text.chars().anyMatch(c -> c == '<' || c == '>' || c == '\\' || Character.isWhitespace(c));
    }

    private static String withoutQuotedString(String text) {
        int end = text.lastIndexOf('"');
        return text.startsWith("\"") && end > 0 ? text.substring(end + 1) : text;
    }
}
