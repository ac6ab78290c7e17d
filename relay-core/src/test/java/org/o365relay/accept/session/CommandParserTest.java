package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
        RCPT TO : <a@b.test>                    | Rcpt[recipients=[a@b.test], parameters={}, deviations=[SPACE_BEFORE_COLON, SPACE_BEFORE_ADDRESS]]
        RCPT TO :<a@b.test> NOTIFY=NEVER        | Rcpt[recipients=[a@b.test], parameters={NOTIFY=NEVER}, deviations=[SPACE_BEFORE_COLON]]
        MAIL FROM:<a@b.test>SIZE=5              | Mail[sender=a@b.test, parameters={SIZE=5}, deviations=[]]
        MAIL from:<> size=5                     | Mail[sender=null, parameters={SIZE=5}, deviations=[]]
        MAIL FROM:< >                           | Mail[sender=null, parameters={}, deviations=[SPACE_BEFORE_ADDRESS]]
        MAIL FROM:<@x,@y:a@b.test>              | Mail[sender=a@b.test, parameters={}, deviations=[]]
        MAIL FROM:<root>                        | Mail[sender=root, parameters={}, deviations=[]]
        MAIL FROM:<"a>b"@c.test> FLAG           | Mail[sender="a>b"@c.test, parameters={FLAG=}, deviations=[UNKNOWN_PARAMETER]]
        MAIL FROM:<a@b.test> ENVID=b=c          | Mail[sender=a@b.test, parameters={ENVID=b=c}, deviations=[INVALID_PARAMETER]]
        MAIL FROM:<a@b.test> SIZE=big           | Mail[sender=a@b.test, parameters={SIZE=big}, deviations=[INVALID_PARAMETER]]
        MAIL FROM:<a@b.test> BODY=9BIT          | Mail[sender=a@b.test, parameters={BODY=9BIT}, deviations=[INVALID_PARAMETER]]
        MAIL FROM:<a@b.test> body=8bitmime      | Mail[sender=a@b.test, parameters={BODY=8bitmime}, deviations=[]]
        RCPT TO:<a@b.test> NOTIFY=NEVER         | Rcpt[recipients=[a@b.test], parameters={NOTIFY=NEVER}, deviations=[]]
        RCPT TO:<a@b.test> SIZE=5               | Rcpt[recipients=[a@b.test], parameters={SIZE=5}, deviations=[UNKNOWN_PARAMETER]]
        rcpt to:a@b.test                        | Rcpt[recipients=[a@b.test], parameters={}, deviations=[NO_BRACKETS]]
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
        RCPT TO:<>                 | 501 5.1.3 Bad recipient address: the address is empty
        RCPT TO:<grün@>            | 501 5.1.3 Bad recipient address syntax: gr?n@
        """)
    void reportsTheSyntaxError(String line, String reply) {
        assertThat(CommandParser.parse(line))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply()).hasToString(reply));
    }

    /// `~` stands for a tab.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        <a@x>,<b@x>                                | a@x, b@x           | ADDRESS_LIST
        <a@x>, <b@x>                               | a@x, b@x           | ADDRESS_LIST
        <a@x>;<b@x>                                | a@x, b@x           | ADDRESS_LIST
        <a@x> <b@x>                                | a@x, b@x           | ADDRESS_LIST
        <a@x><b@x>                                 | a@x, b@x           | ADDRESS_LIST
        <a@x>~<b@x>                                | a@x, b@x           | ADDRESS_LIST
        a@x,b@x                                    | a@x, b@x           | NO_BRACKETS, ADDRESS_LIST
        a@x;b@x;                                   | a@x, b@x           | NO_BRACKETS, ADDRESS_LIST
        a@x b@x c@x                                | a@x, b@x, c@x      | NO_BRACKETS, ADDRESS_LIST
        a@x~, ~b@x                                 | a@x, b@x           | NO_BRACKETS, ADDRESS_LIST
        a@x,<b@x>                                  | a@x, b@x           | NO_BRACKETS, ADDRESS_LIST
        <a@x,b@x>                                  | a@x, b@x           | ADDRESS_LIST
        <a@x; b@x>                                 | a@x, b@x           | ADDRESS_LIST
        <a@x>,,<b@x>                               | a@x, b@x           | ADDRESS_LIST
        ,<a@x>                                     | a@x                | ADDRESS_LIST
        <a@x>,                                     | a@x                | ADDRESS_LIST
        <a@x> ;                                    | a@x                | ADDRESS_LIST
        a@x,                                       | a@x                | NO_BRACKETS, ADDRESS_LIST
        <a@x>,<a@x>                                | a@x, a@x           | ADDRESS_LIST
        <anna>,<bob@x>                             | anna, bob@x        | ADDRESS_LIST
        anna,bob                                   | anna, bob          | NO_BRACKETS, ADDRESS_LIST
        <"a,b"@x>,<"c;>d"@x>                       | "a,b"@x, "c;>d"@x  | ADDRESS_LIST
        "a,b"@x;"c <d"@x                           | "a,b"@x, "c <d"@x  | NO_BRACKETS, ADDRESS_LIST
        "a b"@x                                    | "a b"@x            | NO_BRACKETS
        <@r,@s:a@x>,<@r:b@x>                       | a@x, b@x           | ADDRESS_LIST
        "Anna" <anna@x>                            | anna@x             | DISPLAY_NAME
        Anna <anna@x>                              | anna@x             | DISPLAY_NAME
        Anna<anna@x>                               | anna@x             | DISPLAY_NAME
        Anna van der Berg~<anna@x>                 | anna@x             | DISPLAY_NAME
        "Berg, Anna; IT" <anna@x>                  | anna@x             | DISPLAY_NAME
        "b@y" <anna@x>                             | anna@x             | DISPLAY_NAME
        "a \\" <b@y>" <anna@x>                    | anna@x             | DISPLAY_NAME
        anna@x <anna@X>                            | anna@X             | DISPLAY_NAME
        Jürgen <j@x>                               | j@x                | DISPLAY_NAME
        =?utf-8?Q?J=C3=BCrgen_=3Cb?= <j@x>         | j@x                | DISPLAY_NAME
        <Care Team <c@x>>                          | c@x                | DISPLAY_NAME
        <"Care, Team" <c@x>>                       | c@x                | DISPLAY_NAME
        <<a@x>>                                    | a@x                | DISPLAY_NAME
        <<<a@x>>>                                  | a@x                | DISPLAY_NAME
        <<a@x>,<b@x>>                              | a@x, b@x           | DISPLAY_NAME, ADDRESS_LIST
        (Anna) <anna@x>                            | anna@x             | DISPLAY_NAME
        <anna@x> (Anna (IT), room <7>)             | anna@x             | DISPLAY_NAME
        anna@x (Anna)                              | anna@x             | NO_BRACKETS, DISPLAY_NAME
        Anna (IT, 2) <anna@x>                      | anna@x             | DISPLAY_NAME
        "Anna" <a@x>, Bob Berg <b@x>               | a@x, b@x           | DISPLAY_NAME, ADDRESS_LIST
        Anna <a@x> Bob <b@x>                       | a@x, b@x           | DISPLAY_NAME, ADDRESS_LIST
        <a@x>,<b@x> NOTIFY=NEVER                   | a@x, b@x           | ADDRESS_LIST
        <a@x>, NOTIFY=NEVER                        | a@x                | ADDRESS_LIST
        a@x,b@x NOTIFY=NEVER                       | a@x, b@x           | NO_BRACKETS, ADDRESS_LIST
        Anna <a@x> NOTIFY=SUCCESS,FAILURE          | a@x                | DISPLAY_NAME
        <a@x> NOTIFY=SUCCESS,FAILURE X-FLAG        | a@x                | UNKNOWN_PARAMETER
        <a@x> ORCPT=rfc822;b@y                     | a@x                | ''
        a@x ORCPT=rfc822;b@y                       | a@x                | NO_BRACKETS
        a@x FLAG                                   | a@x                | NO_BRACKETS, UNKNOWN_PARAMETER
        """)
    void readsEveryRecipientThatIsClear(String argument, String recipients, String deviations) {
        assertThat(CommandParser.parse("RCPT TO:" + argument.replace('~', '\t')))
                .isInstanceOfSatisfying(Command.Rcpt.class, rcpt -> {
                    assertThat(rcpt.recipients()).hasToString("[" + recipients + "]");
                    assertThat(rcpt.deviations()).hasToString("[" + deviations + "]");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a@x> <",
                "<a@x>,<b@x",
                "<a@x>b@x",
                "<a@x>>",
                "<a@x> !",
                "<a@x> =x",
                "<a@x> X_FLAG",
                "<a@x> NOTIFY=NEVER <b@x>",
                "<a@x> NOTIFY=NEVER, <b@x>",
                "<a@x>,<b@x> ORCPT=rfc822;a@x",
                "<Anna> <anna@x>",
                "\"Anna\" anna@x",
                "Smith, Anna <anna@x>",
                "anna,bob@x",
                "b@y <anna@x>",
                "<b@y> c@z <anna@x>",
                "a@x b=c@x",
                "Anna Smith",
                "anna bob NOTIFY=NEVER",
                "Team <a@x,b@x>",
                "<a@x> \"b"
            })
    void refusesRecipientsThatAreNotClear(String argument) {
        assertThat(CommandParser.parse("RCPT TO:" + argument))
                .isInstanceOfSatisfying(
                        Command.Malformed.class,
                        malformed -> assertThat(malformed.reply().toString())
                                .isEqualTo(
                                        "501 5.5.4 Syntax: RCPT TO:<address> [keyword=value], one address per RCPT"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        RCPT TO:<mailto:a@x>      | 501 5.1.3 Bad recipient address syntax: mailto:a@x
        RCPT TO:mailto:a@x        | 501 5.1.3 Bad recipient address syntax: mailto:a@x
        RCPT TO:a@x>              | 501 5.1.3 Bad recipient address syntax: a@x>
        RCPT TO:<a@x>,<>          | 501 5.1.3 Bad recipient address: the address is empty
        RCPT TO:<a@x>,<b@>        | 501 5.1.3 Bad recipient address syntax: b@
        RCPT TO:<Care Team c@x>   | 501 5.1.3 Bad recipient address syntax: Care Team c@x
        RCPT TO:<a@x NOTIFY=NEVER>| 501 5.1.3 Bad recipient address syntax: a@x NOTIFY=NEVER
        RCPT TO:<<<<<<<a@x>>>>>>> | 501 5.1.3 Bad recipient address syntax: <<<<<<a@x>>>>>>
        RCPT TO:<a@x              | 501 5.5.4 Syntax: RCPT TO:<address>
        RCPT TO:Anna <a@x         | 501 5.5.4 Syntax: RCPT TO:<address>
        RCPT TO:"Anna <a@x>       | 501 5.5.4 Syntax: RCPT TO:<address>
        RCPT TO:,                 | 501 5.5.4 Syntax: RCPT TO:<address>
        RCPT TO:a@x (b@x          | 501 5.5.4 Syntax: RCPT TO:<address>
                    RCPT TO:(Anna)            | 501 5.5.4 Syntax: RCPT TO:<address>
        MAIL FROM:<a@x>,<b@x>     | 501 5.5.4 Syntax: MAIL FROM:<address> [keyword=value], one address per MAIL
        MAIL FROM:a@x b@x         | 501 5.5.4 Syntax: MAIL FROM:<address> [keyword=value], one address per MAIL
        MAIL FROM:<a@x> !         | 501 5.5.4 Syntax: MAIL FROM:<address> [keyword=value], one address per MAIL
        MAIL FROM:<a@x> =x        | 501 5.5.4 Syntax: MAIL FROM:<address> [keyword=value], one address per MAIL
        """)
    void reportsInvalidAddresses(String line, String reply) {
        reportsTheSyntaxError(line, reply);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Scanner <s@x>                     | s@x     | {}            | DISPLAY_NAME
        "Scan, 2nd floor" <s@x> SIZE=5    | s@x     | {SIZE=5}      | DISPLAY_NAME
        <Scanner <s@x>> BODY=7BIT         | s@x     | {BODY=7BIT}   | DISPLAY_NAME
        Scanner <>                        | null    | {}            | DISPLAY_NAME
        <<>>                              | null    | {}            | DISPLAY_NAME
        <s@x> AUTH=<>                     | s@x     | {AUTH=<>}     | ''
        s@x AUTH=<>                       | s@x     | {AUTH=<>}     | NO_BRACKETS
        <s@x>,                            | s@x     | {}            | ADDRESS_LIST
        Scan To                           | Scan    | {TO=}          | NO_BRACKETS, UNKNOWN_PARAMETER
        """)
    void readsTheSenderAfterADisplayName(String argument, String sender, String parameters, String deviations) {
        assertThat(CommandParser.parse("MAIL FROM:" + argument)).isInstanceOfSatisfying(Command.Mail.class, mail -> {
            assertThat(String.valueOf(mail.sender())).isEqualTo(sender);
            assertThat(mail.parameters()).hasToString(parameters);
            assertThat(mail.deviations()).hasToString("[" + deviations + "]");
        });
    }

    @Test
    void readsLongListsAndDeepBracketsQuickly() {
        assertThat(CommandParser.parse("RCPT TO:" + "<a@x>,".repeat(2_000))).isInstanceOf(Command.Rcpt.class);
        assertThat(CommandParser.parse("RCPT TO:" + "<".repeat(10_000) + ">".repeat(10_000)))
                .isInstanceOf(Command.Malformed.class);
        assertThat(CommandParser.parse("RCPT TO:" + "\"\\\"".repeat(5_000) + " <a@x>"))
                .isInstanceOf(Command.Malformed.class);
        assertThat(CommandParser.parse("RCPT TO:" + "a ".repeat(10_000) + "<a@x>"))
                .isInstanceOf(Command.Rcpt.class);
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
