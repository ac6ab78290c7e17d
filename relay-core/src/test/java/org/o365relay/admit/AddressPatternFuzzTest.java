package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;

class AddressPatternFuzzTest {

    private static final AddressPattern EVERYTHING = AddressPattern.parse("*").orElseThrow();
    private static final AddressPattern NULL_SENDER = AddressPattern.parse("<>").orElseThrow();

    /// The first line is a pattern, the second an address.
    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "patterns.dict")
    void parsesAnyPatternAndMatchesAnyAddress(byte[] octets) {
        String[] lines = new String(octets, StandardCharsets.UTF_8).split("\n", 2);
        Optional<EmailAddress> address = EmailAddress.parse(lines[lines.length - 1]);
        Optional<AddressPattern> pattern = AddressPattern.parse(lines[0]);

        pattern.ifPresent(parsed -> {
            hold(parsed.toString().equals(lines[0]), "another pattern", parsed);
            hold(!parsed.matches((EmailAddress) null) || lines[0].matches("<>|[*\"\\\\]+"), "the null sender", parsed);
            address.ifPresent(parsed::matches);
        });
        address.ifPresent(AddressPatternFuzzTest::checkMatchesItself);
        String text = lines[0];
        hold(new Glob("*").matches(text), "not anything", text);
        hold(new Glob(text).matches(text), "not itself", text);
        hold(new Glob("*" + text + "*").matches("x" + text + "y"), "not in the middle", text);
        hold(text.contains("*") || !new Glob(text).matches(text + "x"), "more than itself", text);
    }

    private static void checkMatchesItself(EmailAddress address) {
        hold(EVERYTHING.matches(address), "not matched by *", address);
        hold(!NULL_SENDER.matches(address), "matched by <>", address);
        AddressPattern.parse(address.toString())
                .ifPresentOrElse(
                        itself -> hold(itself.matches(address), "not matched by itself", address),
                        () -> hold(!address.isQualified() || isPatternOnly(address), "no pattern", address));
        if (address.isQualified()) {
            AddressPattern.parse('@' + address.domain())
                    .ifPresent(domain -> hold(domain.matches(address), "not matched by its domain", address));
        }
        EmailAddress.parse(address.localPart().toUpperCase(Locale.ROOT)
                        + (address.isQualified() ? "@" : "")
                        + address.domain())
                .filter(capital -> capital.isAscii() && address.isAscii())
                .ifPresent(capital -> AddressPattern.parse(address.toString())
                        .ifPresent(itself -> hold(itself.matches(capital), "not matched in capitals", capital)));
    }

    /// An address with an asterisk would be a pattern, and a longer one than this is none.
    private static boolean isPatternOnly(EmailAddress address) {
        return address.toString().contains("*") || address.toString().length() > 320;
    }

    @ParameterizedTest
    @ValueSource(strings = {"*a", "a*", "*", "**a", "*a*b", "*aa"})
    @Timeout(10)
    void matchesInAtMostPatternTimesTextSteps(String part) {
        String pattern = part.repeat(320 / part.length());
        String text = "a".repeat(20_000);
        assertThat(new Glob(pattern + "x").matches(text)).isFalse();
        assertThat(new Glob(pattern + "*x").matches(text + "b".repeat(320) + "x"))
                .isEqualTo(!part.contains("b"));
    }
}
