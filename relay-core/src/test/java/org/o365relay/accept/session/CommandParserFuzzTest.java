package org.o365relay.accept.session;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class CommandParserFuzzTest {

    // RFC 5321 §4.5.3.1.5
    private static final int LONGEST_REPLY = 512;

    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "commands.dict")
    void parsesAnyLine(byte[] line) {
        switch (CommandParser.parse(new String(line, StandardCharsets.UTF_8))) {
            case Command.Mail mail -> {
                checkAddress(mail.sender());
                hold(mail.parameters().keySet().stream().noneMatch(String::isEmpty), "a parameter without name", mail);
                mail.declaredSize().ifPresent(size -> hold(size >= 0, "a negative size", mail));
            }
            case Command.Rcpt rcpt -> {
                hold(!rcpt.recipients().isEmpty(), "no recipient", rcpt);
                rcpt.recipients().forEach(CommandParserFuzzTest::checkAddress);
            }
            case Command.Malformed malformed -> checkReply(malformed.reply());
            case Command.Helo helo -> hold(helo.name().equals(helo.name().strip()), "blanks around a name", helo);
            case Command.Ehlo ehlo -> hold(ehlo.name().equals(ehlo.name().strip()), "blanks around a name", ehlo);
            case Command other -> hold(!other.toString().isEmpty(), "nothing", other);
        }
    }

    private static void checkAddress(@Nullable EmailAddress address) {
        if (address != null) {
            hold(EmailAddress.parse(address.toString()).filter(address::equals).isPresent(), "no address", address);
        }
    }

    private static void checkReply(Reply reply) {
        String text = reply.toString();
        hold(reply.code() >= 500, "not a refusal", reply);
        hold(text.length() + 2 <= LONGEST_REPLY && reply.lines().size() == 1, "too long", reply);
        hold(text.chars().allMatch(c -> c >= ' ' && c < 0x7f), "not printable", reply);
    }
}
