package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingleFieldsTest {

    // In the table: / separates fields, \n folds, ~ is a word of 901 octets, _ is 1,000 spaces.
    @ParameterizedTest
    @CsvSource(delimiter = '!', quoteCharacter = '`', textBlock = """
        # fields                                      ! kept
        Subject: a/X: y/subject: b                    ! Subject: a/X: y
        Subject:/Subject: b                           ! Subject: b
        Subject:/X: y/SUBJECT: b/Subject: c           ! SUBJECT: b/X: y
        Subject:/Subject:                             ! Subject:
        Date: a/Date: b                               ! Date: a
        Message-ID:/Message-ID: <b>/Message-ID: <c>   ! Message-ID: <b>
        Message-ID: ~/Message-ID: <b>                 ! Message-ID: <b>
        X: y/Message-ID: ~                            ! X: y
        Message-ID: <a>_/Message-ID: <b>              ! Message-ID: <a>_
        Message-ID: _<a>_/Message-ID: <b>             ! Message-ID: <b>
        Message-ID: \u00e2\u0080\u00ae/Message-ID: <b> ! Message-ID: <b>
        References: <a>/References: <b>               ! References: <a>
        In-Reply-To: <a>/In-Reply-To: <b>             ! In-Reply-To: <a>
        MIME-Version: 1.0/MIME-Version: 2.0           ! MIME-Version: 1.0
        Content-Type: text|html/Content-Type: b|c     ! Content-Type: text|html
        Content-Type:/Content-Type: b|c               ! Content-Type: b|c
        Content-Type: text/Content-Type: b|c          ! Content-Type: b|c
        Content-Type: multipart|mixed/Content-Type: multipart|mixed, boundary=x ! Content-Type: multipart|mixed, boundary=x
        Content-Type: multipart|mixed, boundary=/Content-Type: b|c   ! Content-Type: b|c
        Content-Type: /Content-Type: ,/Content-Type: text             ! Content-Type: ,
        Content-Transfer-Encoding: a/Content-Transfer-Encoding: b     ! Content-Transfer-Encoding: a
        Content-Disposition: a/Content-Disposition: b ! Content-Disposition: a
        Received: a/Received: b/X: y/X: y/Resent-To: a/Resent-To: b   ! Received: a/Received: b/X: y/X: y/Resent-To: a/Resent-To: b
        Comments: a/Comments: b/Keywords: a/Keywords: b ! Comments: a/Comments: b/Keywords: a/Keywords: b
        Reply-To: a@b/Reply-To: c@d/From: e@f/From: g@h ! Reply-To: a@b/Reply-To: c@d/From: e@f/From: g@h
        To: a@b/Cc: c@d                               ! To: a@b/Cc: c@d
        To: a@b/X: y/to: c@d                          ! To: a@b,\\n c@d/X: y
        To:/TO: a@b/To: c@d                           ! TO: a@b,\\n c@d
        To:/To: a@b,                                  ! To: a@b,
        To: a@b,\\n /To: ,c@d, /To: ,                 ! To: a@b,\\n c@d
        To: A\\n <a@b>,\\n C <c@d>/To: e@f            ! To: A\\n <a@b>,\\n C <c@d>,\\n e@f
        Cc: "A, B" <a@b>/Cc: (c) c@d/Cc: G: e@f;      ! Cc: "A, B" <a@b>,\\n (c) c@d,\\n G: e@f;
        To: a@b/To: E <e@f/To: g@h                    ! To: a@b,\\n E <e@f>,\\n g@h
        To: undisclosed-recipients:;/To: a@b          ! To: undisclosed-recipients:;,\\n a@b
        To: ,/To: ,                                   ! To: ,
        """)
    void keepsOneOfFieldsThatMayOccurOnce(String fields, String kept) {
        assertThat(text(SingleFields.reduced(fields(fields)))).isEqualTo(text(fields(kept)));
    }

    @Test
    @Timeout(20)
    void mergesTensOfThousandsOfFields() {
        for (String field : new String[] {"To: a@b", "To: (", "To: \"a\" <", "Cc: " + "(".repeat(500)}) {
            List<RawField> fields = fields((field + "/").repeat(500_000 / field.length()));
            assertThat(SingleFields.reduced(fields)).hasSize(1);
        }
    }

    private static List<RawField> fields(String fields) {
        return Arrays.stream(fields.split("/"))
                .map(field ->
                        field.replace("|", "/").replace("~", "x".repeat(901)).replace("_", " ".repeat(1_000)))
                .map(field -> field.startsWith("Content-Type") ? field.replace(", ", "; ") : field)
                .map(field -> field.translateEscapes().replace("\n", "\r\n") + "\r\n")
                .map(text -> new RawField(text.substring(0, text.indexOf(':')), text))
                .toList();
    }

    private static String text(List<RawField> fields) {
        return fields.stream().map(RawField::text).collect(Collectors.joining());
    }
}
