package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;

class CommandParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    EHLO printer                            | Ehlo[name=printer]
                    ehlo                                    | Ehlo[name=]
                    HELO  third floor                       | Helo[name=third floor]
                    MAIL FROM:<a@b.test>                    | Mail[sender=a@b.test, parameters={}, deviations=[]]
                    MAIL FROM:<a@b.test>   SIZE=5           | Mail[sender=a@b.test, parameters={SIZE=5}, deviations=[]]
                    MAIL FROM:a@b.test                      | Mail[sender=a@b.test, parameters={}, deviations=[NO_BRACKETS]]
                    MAIL FROM: <a@b.test>                   | Mail[sender=a@b.test, parameters={}, deviations=[SPACE_BEFORE_ADDRESS]]
                    MAIL FROM:< a@b.test >                  | Mail[sender=a@b.test, parameters={}, deviations=[SPACE_BEFORE_ADDRESS]]
                    MAIL FROM: a@b.test SIZE=5              | Mail[sender=a@b.test, parameters={SIZE=5}, deviations=[NO_BRACKETS, SPACE_BEFORE_ADDRESS]]
                    MAIL FROM :<a@b.test>                   | Mail[sender=a@b.test, parameters={}, deviations=[SPACE_BEFORE_COLON]]
                    MAIL FROM : <a@b.test>                  | Mail[sender=a@b.test, parameters={}, deviations=[SPACE_BEFORE_COLON, SPACE_BEFORE_ADDRESS]]
                    MAIL  FROM   :a@b.test SIZE=5           | Mail[sender=a@b.test, parameters={SIZE=5}, deviations=[NO_BRACKETS, SPACE_BEFORE_COLON]]
                    MAIL FROM : <>                          | Mail[sender=null, parameters={}, deviations=[SPACE_BEFORE_COLON, SPACE_BEFORE_ADDRESS]]
                    RCPT TO : <a@b.test>                    | Rcpt[recipient=a@b.test, parameters={}, deviations=[SPACE_BEFORE_COLON, SPACE_BEFORE_ADDRESS]]
                    RCPT TO :<a@b.test> NOTIFY=NEVER        | Rcpt[recipient=a@b.test, parameters={NOTIFY=NEVER}, deviations=[SPACE_BEFORE_COLON]]
                    MAIL FROM:<a@b.test>SIZE=5              | Mail[sender=a@b.test, parameters={SIZE=5}, deviations=[]]
                    MAIL from:<> size=5                     | Mail[sender=null, parameters={SIZE=5}, deviations=[]]
                    MAIL FROM:< >                           | Mail[sender=null, parameters={}, deviations=[SPACE_BEFORE_ADDRESS]]
                    MAIL FROM:<@x,@y:a@b.test>              | Mail[sender=a@b.test, parameters={}, deviations=[]]
                    MAIL FROM:<root>                        | Mail[sender=root, parameters={}, deviations=[]]
                    MAIL FROM:<"a>b"@c.test> FLAG           | Mail[sender="a>b"@c.test, parameters={FLAG=}, deviations=[UNKNOWN_PARAMETER]]
                    MAIL FROM:<a@b.test> =x                 | Mail[sender=a@b.test, parameters={}, deviations=[UNKNOWN_PARAMETER]]
                    MAIL FROM:<a@b.test> ENVID=b=c          | Mail[sender=a@b.test, parameters={ENVID=b=c}, deviations=[INVALID_PARAMETER]]
                    MAIL FROM:<a@b.test> SIZE=big           | Mail[sender=a@b.test, parameters={SIZE=big}, deviations=[INVALID_PARAMETER]]
                    MAIL FROM:<a@b.test> BODY=9BIT          | Mail[sender=a@b.test, parameters={BODY=9BIT}, deviations=[INVALID_PARAMETER]]
                    MAIL FROM:<a@b.test> body=8bitmime      | Mail[sender=a@b.test, parameters={BODY=8bitmime}, deviations=[]]
                    RCPT TO:<a@b.test> NOTIFY=NEVER         | Rcpt[recipient=a@b.test, parameters={NOTIFY=NEVER}, deviations=[]]
                    RCPT TO:<a@b.test> SIZE=5               | Rcpt[recipient=a@b.test, parameters={SIZE=5}, deviations=[UNKNOWN_PARAMETER]]
                    rcpt to:a@b.test                        | Rcpt[recipient=a@b.test, parameters={}, deviations=[NO_BRACKETS]]
                    DATA                                    | Data[]
                    DATA now                                | UnexpectedArgument[verb=DATA, command=Data[]]
                    BDAT 5                                  | Bdat[size=5, last=false]
                    bdat 0 last                             | Bdat[size=0, last=true]
                    BDAT 99999999999999999999 LAST          | Bdat[size=9223372036854775807, last=true]
                    BDAT 9223372036854775807                | Bdat[size=9223372036854775807, last=false]
                    BDAT 9223372036854775806                | Bdat[size=9223372036854775806, last=false]
                    BDAT                                    | MalformedBdat[]
                    BDAT LAST                               | MalformedBdat[]
                    BDAT -1                                 | MalformedBdat[]
                    BDAT 5 FIRST                            | MalformedBdat[]
                    BDAT 999999999999999999999              | MalformedBdat[]
                    RSET                                    | Rset[]
                    RSET all                                | UnexpectedArgument[verb=RSET, command=Rset[]]
                    NOOP x y                                | Noop[]
                    VRFY x                                  | Vrfy[]
                    EXPN x                                  | Expn[]
                    HELP                                    | Help[]
                    QUIT                                    | Quit[]
                    QUIT now                                | UnexpectedArgument[verb=QUIT, command=Quit[]]
                    STARTTLS                                | StartTls[]
                    AUTH login                              | Auth[mechanism=LOGIN]
                    AUTH PLAIN AGEAYg==                     | Auth[mechanism=PLAIN]
                    AUTH                                    | MalformedAuth[]
                    AUTH LOGIN a b                          | MalformedAuth[]
                    MAILFROM:<a@b.test>                     | Unknown[verb=MAILFROM:<A@B.TEST>]
                    """)
    void parsesCommands(String line, String expected) {
        assertThat(CommandParser.parse(line + "\r")).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                         | 500 5.5.2 Syntax error: empty command
                    STARTTLS now               | 501 5.5.4 STARTTLS takes no parameters
                    MAIL                       | 501 5.5.4 Syntax: MAIL FROM:<address>
                    MAIL FROM                  | 501 5.5.4 Syntax: MAIL FROM:<address>
                    MAIL TO:<a@b.test>         | 501 5.5.4 Syntax: MAIL FROM:<address>
                    MAIL FROM:<a@b.test        | 501 5.5.4 Syntax: MAIL FROM:<address>
                    MAIL FROM:<"a>@b.test      | 501 5.5.4 Syntax: MAIL FROM:<address>
                    MAIL FROM:<a b@c.test>     | 501 5.1.7 Bad sender address syntax: a b@c.test
                    MAIL FROM:<@b.test>        | 501 5.1.7 Bad sender address syntax: @b.test
                    RCPT TO:                   | 501 5.5.4 Syntax: RCPT TO:<address>
                    RCPT TO:<>                 | 501 5.1.3 Bad recipient address syntax:
                    RCPT TO:<grün@>            | 501 5.1.3 Bad recipient address syntax: gr?n@
                    """)
    void reportsTheSyntaxError(String line, String reply) {
        assertThat(CommandParser.parse(line))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply()).hasToString(reply));
    }

    @Test
    void echoesNoMoreThanEightyCharacters() {
        assertThat(CommandParser.parse("MAIL FROM:<" + "@".repeat(500) + ">"))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply().text())
                                .isEqualTo("Bad sender address syntax: " + "@".repeat(80) + "..."));
    }

    @Test
    void usesTheLastOfRepeatedParameters() {
        EmailAddress sender = EmailAddress.parse("a@b.test").orElseThrow();
        assertThat(CommandParser.parse("MAIL FROM:<a@b.test> SIZE=1 size=2"))
                .isEqualTo(new Command.Mail(sender, Map.of("SIZE", "2"), Set.of()));
    }

    @Test
    void neverPrintsAPossiblePassword() {
        assertThat(CommandParser.parse("AUTH PLAIN AHByaW50ZXIAc2VjcmV0").toString())
                .doesNotContain("AHByaW50ZXIAc2VjcmV0");
    }
}
