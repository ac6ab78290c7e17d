package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Reply;
import org.slf4j.LoggerFactory;

/// What a log line looks like, whatever a client says.
class LogJournalTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger("journal");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            70 72            , printer , pr
            61 20 62         , blank   , "a b"
            61 3d 62         , equals  , "a=b"
            62 fc 72 6f      , letter  , "büro"
            1f5a8            , emoji   , "🖨"
            61 22 5c         , quote   , "a\\"\\\\"
            61 d a 62        , newline , "a\\u000d\\u000ab"
            1b 5b 33 31 6d   , colour  , "\\u001b[31m"
            85 9b            , C1      , "\\u0085\\u009b"
            2028 2029        , lines   , "\\u2028\\u2029"
            61 202e 62       , reverse , "a\\u202eb"
            2066 200b feff   , format  , "\\u2066\\u200b\\ufeff"
            e0001            , tag     , "\\udb40\\udc01"
            d83d 61          , half    , "\\ud83da"
            e000 378         , nobody's, "\\ue000\\u0378"
            """, quoteCharacter = '`')
    void showsNothingThatATerminalMayActUpon(String points, String what, String shown) {
        StringBuilder helo = new StringBuilder();
        for (String point : points.split(" ", -1)) {
            helo.appendCodePoint(Integer.parseInt(point, 16));
        }
        Reply reply = Reply.of(550, "5.7.1", "No");
        new LogJournal().rejected(InetAddress.ofLiteral("192.0.2.7"), helo.toString(), null, null, reply);
        assertThat(lines.list)
                .as(what)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("rejected client=192.0.2.7 helo=" + shown + " reply=\"550 5.7.1 No\"");
    }
}
