package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.AddressListSplitter.Member;

class SimpleMailboxTest {

    private static final String[] PIECES = {
        "a",
        "B",
        "7",
        "Ann",
        "scanner",
        "x-1",
        "-",
        "_",
        "+",
        ".",
        " ",
        "  ",
        "@",
        "<",
        ">",
        "<a@b.example>",
        "a@b.example",
        "@b.example",
        " <",
        "'",
        "\"",
        "(c)",
        ",",
        ":",
        "=?",
        "ä",
        "\t",
        "mailto",
        "0".repeat(64),
        "d.".repeat(120)
    };

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a@b.example                          |                 | a            | b.example
        <a.b+c-d_e@x-1.B.Example>            |                 | a.b+c-d_e    | x-1.B.Example
        Scanner <scanner@device.example>     | Scanner         | scanner      | device.example
        3rd-floor scan_2 <7@localhost>       | 3rd-floor scan_2 | 7           | localhost
        """)
    void recognizesOrdinaryMailboxes(String text, String name, String localPart, String domain) {
        HeaderMailbox expected = new HeaderMailbox(name == null ? "" : name, new EmailAddress(localPart, domain));
        assertThat(SimpleMailbox.parse(text)).isEqualTo(expected);
        assertIsWhatTheGeneralParserReads(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a@",
                "@b",
                "<>",
                "<a@b",
                "a@b>",
                "a..b@c",
                ".a@c",
                "a.@c",
                "a@b..c",
                "a@.b",
                "a@b.",
                "a@b@c",
                "A  B <a@c>",
                "A B. <a@c>",
                "a@b <a@b>",
                "<a@b> x",
                "A <<a@b>>",
                "\"A\" <a@b>",
                "=?x?= <a@b>",
                "Ä <a@b>",
                "'a@b'",
                "a b@c",
                "a@b_c",
                "a@[192.0.2.1]",
                "a@b (c)",
                "mailto:a@b",
                "a@b,c@d"
            })
    void leavesTheRestToTheGeneralParser(String text) {
        assertThat(SimpleMailbox.parse(text)).isNull();
    }

    @Test
    void readsTheSameAsTheGeneralParser() {
        SplittableRandom random = new SplittableRandom(1);
        int recognized = 0;
        for (int round = 0; round < 300_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(1, 7); i > 0; i--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            if (SimpleMailbox.parse(text.toString().strip()) != null) {
                recognized++;
                assertIsWhatTheGeneralParserReads(text.toString().strip());
            }
        }
        assertThat(recognized).isGreaterThan(1000);
    }

    private static void assertIsWhatTheGeneralParserReads(String text) {
        List<HeaderMailbox> general = AddressMember.mailboxes(AddressTokenizer.tokens(text));
        assertThat(general).as(text).containsExactly(SimpleMailbox.parse(text));
        assertThat(AddressList.isStrictlyUnambiguous(new Member(text, general)))
                .as(text)
                .isTrue();
    }
}
