package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
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
                    MAIL FROM:<a@b.test>                    | Mail[sender=a@b.test, parameters={}]
                    MAIL FROM:a@b.test                      | Mail[sender=a@b.test, parameters={}]
                    MAIL FROM: a@b.test SIZE=5              | Mail[sender=a@b.test, parameters={SIZE=5}]
                    MAIL FROM:<a@b.test>SIZE=5              | Mail[sender=a@b.test, parameters={SIZE=5}]
                    MAIL from:<> size=5                     | Mail[sender=null, parameters={SIZE=5}]
                    MAIL FROM:< >                           | Mail[sender=null, parameters={}]
                    MAIL FROM:<@x,@y:a@b.test>              | Mail[sender=a@b.test, parameters={}]
                    MAIL FROM:<root>                        | Mail[sender=root, parameters={}]
                    MAIL FROM:<"a>b"@c.test> FLAG           | Mail[sender="a>b"@c.test, parameters={FLAG=}]
                    MAIL FROM:<a@b.test> =x                 | Mail[sender=a@b.test, parameters={}]
                    MAIL FROM:<a@b.test> A=b=c              | Mail[sender=a@b.test, parameters={A=b=c}]
                    RCPT TO:<a@b.test> NOTIFY=NEVER         | Rcpt[recipient=a@b.test]
                    rcpt to:a@b.test                        | Rcpt[recipient=a@b.test]
                    DATA                                    | Data[]
                    RSET                                    | Rset[]
                    NOOP x y                                | Noop[]
                    VRFY x                                  | Vrfy[]
                    HELP                                    | Help[]
                    QUIT                                    | Quit[]
                    AUTH PLAIN AGEAYg==                     | Auth[]
                    """)
    void reads(String line, String expected) {
        assertThat(CommandParser.parse(line + "\r")).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                         | 500 5.5.2 Empty command line
                    MAILFROM:<a@b.test>        | 500 5.5.1 Command not known: MAILFROM:<A@B.TEST>
                    MAIL                       | 501 5.5.4 Say MAIL FROM:<address>
                    MAIL FROM                  | 501 5.5.4 Say MAIL FROM:<address>
                    MAIL TO:<a@b.test>         | 501 5.5.4 Say MAIL FROM:<address>
                    MAIL FROM:<a@b.test        | 501 5.5.4 Say MAIL FROM:<address>
                    MAIL FROM:<"a>@b.test      | 501 5.5.4 Say MAIL FROM:<address>
                    MAIL FROM:<a b@c.test>     | 501 5.1.7 Sender is not an address: a b@c.test
                    MAIL FROM:<@b.test>        | 501 5.1.7 Sender is not an address: @b.test
                    RCPT TO:                   | 501 5.5.4 Say RCPT TO:<address>
                    RCPT TO:<>                 | 501 5.1.3 Recipient is not an address:
                    RCPT TO:<grün@>            | 501 5.1.3 Recipient is not an address: gr?n@
                    """)
    void saysWhatIsWrong(String line, String reply) {
        assertThat(CommandParser.parse(line))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply()).hasToString(reply));
    }

    @Test
    void echoesNoMoreThanEightyCharacters() {
        assertThat(CommandParser.parse("X".repeat(500)))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply().text())
                                .isEqualTo("Command not known: " + "X".repeat(80) + "..."));
    }

    @Test
    void keepsTheLastOfRepeatedParameters() {
        EmailAddress sender = EmailAddress.parse("a@b.test").orElseThrow();
        assertThat(CommandParser.parse("MAIL FROM:<a@b.test> SIZE=1 size=2"))
                .isEqualTo(new Command.Mail(sender, Map.of("SIZE", "2")));
    }
}
