package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeUtility;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EncodedWords;

class SubjectPrefixTest {

    private static final List<String> PREFIXES = List.of("[ERP]", "Alarm:", "[Prüf]", "試験", "x");
    private static final List<String> WORDS =
            List.of("Rechnung", "für", "Re:", "AW:", "[1]", "4711", "Müller", "試験中", "🖨", "a=?b", "?=", "text");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [ERP]  | [ERP] Invoice               | true
        [ERP]  | Re: [ERP] Invoice           | true
        [ERP]  | RE: Fwd: [ERP] Invoice      | true
        [ERP]  | Antwort: AW[3]: [ERP] x     | true
        [ERP]  | RE : [ERP] x                | true
        [ERP]  | 回复：[ERP] x                | true
        [ERP]  | Re: Invoice [ERP]           | false
        [ERP]  | [erp] Invoice               | false
        [ERP]  | Offer 12: [ERP] x           | false
        Alarm: | Alarm: fire                 | true
        Alarm: | Re: Alarm: fire             | true
        Test   | Test of the pump            | true
        Test   | Testing                     | false
        Test   | Re: Test                    | true
        """)
    void isAddedUnlessTheSubjectHasIt(String prefix, String subject, boolean present) {
        String expected = present ? subject : prefix + " " + subject;

        assertThat(decoded(new SubjectPrefix(prefix).before(subject(subject)))).isEqualTo(expected);
    }

    @RepeatedTest(200)
    void isReadableAndAddedOnceWhateverTheSubject(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        String prefix = PREFIXES.get(random.nextInt(PREFIXES.size()));
        String text = random.ints(1 + random.nextInt(300), 0, WORDS.size())
                .mapToObj(WORDS::get)
                .collect(Collectors.joining(" "));
        RawField original = random.nextBoolean()
                ? subject(text)
                : RawField.of(
                        "Subject", MimeUtility.encodeText(text, "UTF-8", null).replace("\r\n ", "\r\n\t"));

        RawField once = new SubjectPrefix(prefix).before(original);

        assertThat(decoded(once)).isIn(prefix + " " + decoded(original), decoded(original));
        assertThat(new SubjectPrefix(prefix).before(once)).isEqualTo(once);
        assertThat(HeaderFolding.folded(once).lines()).allMatch(line -> line.length() <= 998);
        assertThat(once.text()).endsWith("\r\n").doesNotContain("\r\n\r\n");
    }

    /// In raw UTF-8, as with SMTPUTF8.
    private static RawField subject(String text) {
        return RawField.of("Subject", new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private static String decoded(RawField field) {
        return EncodedWords.decode(
                new String(field.value().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
}
