package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;

/// The names and addresses that a mail program shows for what devices send in `To` and `From`.
class AddressNamesTest {

    private static final RewriteCase PLAIN = new RewriteCase(Path.of("plain"), Map.of("send-as", "@send.example"));

    private static final List<String> PIECES = List.of(
            "x@y.example",
            "<x@y.example>",
            "Arne",
            "\"",
            "\"Kock, A.\"",
            "(",
            ")",
            "(c)",
            "<",
            ">",
            "[",
            "]",
            "@",
            ",",
            ";",
            ":",
            "\\",
            " ",
            ".",
            "'",
            "=?utf-8?Q?J=C3?=",
            "=?utf-8?Q?=BCrgen?=",
            "=?utf-8?B?SsO8cmdlbg",
            "?=",
            "=?",
            "=?gb18030?B?1cXI?=",
            "\u202e",
            "\u0007",
            "Jürgen",
            "mailto:",
            "[mailto:a@b.example]",
            "\"two words\"@y.example",
            "team:",
            "@route.example:",
            "x@bücher.example",
            "a..b@y.example",
            "\r\n ",
            "=?utf-8?Q?a=40b.example?=",
            "\uFF20",
            "<" + "v+".repeat(40) + "@y.example>",
            "v".repeat(315) + "@y.example");

    // What is shown: name|address, with / between the mailboxes; `same` after it if the field stays byte-identical.
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        =?utf-8?B?SsO8cmdlbiBLb2No?= <x@y.example>                ~ Jürgen Koch|x@y.example  ~ same
        =?utf-8?B?SsO8cmdlbiBLb2NoIA?= <x@y.example>              ~ Jürgen Koch|x@y.example  ~
        =?utf-8?B?SsO8cmdlbg?= <x@y.example>                      ~ Jürgen|x@y.example       ~
        =?x-unknown?Q?J=C3=BCrgen?= <x@y.example>                 ~ Jürgen|x@y.example       ~
        =?utf-9?Q?J=C3=BCrgen?= <x@y.example>                     ~ Jürgen|x@y.example       ~
        =?ansi?Q?J=FCrgen?= <x@y.example>                         ~ Jürgen|x@y.example       ~
        =?us-ascii?Q?J=C3=BCrgen?= <x@y.example>                  ~ Jürgen|x@y.example       ~
        =?utf-8?Q?J=FCrgen?= <x@y.example>                        ~ Jürgen|x@y.example       ~
        =?iso-8859-1?q?J=fcrgen_=80?= <x@y.example>               ~ Jürgen €|x@y.example     ~
        =?UTF-8*de?q?J=c3=bcrgen?= <x@y.example>                  ~ Jürgen|x@y.example       ~ same
        =?utf-8?Q?Arne Kock?= <x@y.example>                       ~ Arne Kock|x@y.example    ~
        =?utf-8?Q?J=ZZrgen=?= <x@y.example>                       ~ J=ZZrgen=|x@y.example    ~
        =?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?= <x@y.example>        ~ Jürgen|x@y.example       ~
        =?iso-2022-jp?B?GyRCOzM=?= =?ISO-2022-JP?B?RUQbKEI=?= <x@y.example> ~ 山田|x@y.example ~
        =?gb18030?B?1cXI?= =?gb18030?B?/Q==?= <x@y.example>       ~ 张三|x@y.example         ~
        =?gb18030?B?1cU=?= =?gb18030?B?yP0=?= <x@y.example>       ~ 张三|x@y.example         ~ same
        =?gb2312?B?1cXI?= <x@y.example>                           ~ 张|x@y.example           ~
        =?utf-8?Q?a?==?utf-8?Q?b?= <x@y.example>                  ~ ab|x@y.example           ~
        =?utf-8?Q?J=C3=BCrg <x@y.example>                         ~ Jürg|x@y.example         ~
        "=?utf-8?Q?J=C3=BCrgen,?= Koch" <x@y.example>             ~ Jürgen, Koch|x@y.example ~ same
        =?utf-8?B?QW5uIDxhbm5AY29udG9zby5jb20+?=                  ~ Ann|ann@contoso.com      ~
        =?iso-2022-jp?B?////?= <x@y.example>                      ~ x@y.example              ~
        =?utf-8?Q?Arne=E2=80=AE=00_Kock?= <x@y.example>           ~ Arne Kock|x@y.example    ~
        Jürgen =?utf-8?Q?Koch_=3Cx=40y.example=3E?=               ~ Jürgen Koch|x@y.example  ~
        Jürgen <x@y.example>                                      ~ Jürgen|x@y.example       ~
        x@y.example (Arne Kock)                                   ~ Arne Kock|x@y.example    ~ same
        x@y.example (Arne (Office) Kock)                          ~ Arne (Office) Kock|x@y.example ~ same
        x@y.example (Jürgen)                                      ~ Jürgen|x@y.example       ~
        Arne (Office) <x@y.example>                               ~ Arne (Office)|x@y.example ~ same
        First "M." Last <x@y.example>                             ~ First "M." Last|x@y.example ~ same
        "Arne" "Kock" <x@y.example>                               ~ Arne Kock|x@y.example    ~
        Kock, Arne <x@y.example>                                  ~ Kock, Arne|x@y.example   ~
        Kock, Dr., Arne <x@y.example>, Eva <e@y.example>          ~ Kock, Dr., Arne|x@y.example/Eva|e@y.example ~
        Kock, Arne x@y.example                                    ~ Kock, Arne|x@y.example   ~
        a@y.example, Kock, Arne <x@y.example>                     ~ a@y.example/Kock, Arne|x@y.example ~
        root, x@y.example                                         ~ root/x@y.example         ~ same
        a@y.example; b@y.example;                                 ~ a@y.example/b@y.example  ~
        a@y.example, , b@y.example,                               ~ a@y.example/b@y.example  ~
        a@y.example b@y.example                                   ~ a@y.example/b@y.example  ~
        Arne <a@y.example> Eva <b@y.example>                      ~ Arne|a@y.example/Eva|b@y.example ~
        Arne <a@x.example.>                                       ~ Arne|a@x.example         ~
        <a@b.example<mailto:a@b.example>>                         ~ a@b.example              ~
        mailto:x@y.example                                        ~ x@y.example              ~
        Arne mailto:x@y.example?subject=hi                        ~ Arne|x@y.example         ~
        Arne <mailto:x@y.example>                                 ~ Arne|x@y.example         ~
        Arne [mailto:x@y.example]                                 ~ Arne|x@y.example         ~
        Arne [SMTP:x@y.example]; Eva [mailto:e@y.example]         ~ Arne|x@y.example/Eva|e@y.example ~
        Arne <@a.example,@b.example:x@y.example>                  ~ Arne|x@y.example         ~
        Team: Arne <x@y.example>, Jürgen <e@y.example>;           ~ Arne|x@y.example/Jürgen|e@y.example ~
        Team: Arne <x@y.example>, e@y.example                     ~ Team: Arne|x@y.example/e@y.example ~
        undisclosed-recipients:;                                  ~ undisclosed-recipients:; ~ same
        Scanner 3rd floor                                         ~ Scanner 3rd floor:;      ~
        Arne <>                                                   ~ Arne:;                   ~
        <>                                                        ~ undisclosed-recipients:; ~
        a@b@y.example                                             ~ a:;                      ~
        Arne <x@y.example, Eva <e@y.example>                      ~ Arne|x@y.example/Eva|e@y.example ~
        "Arne <x@y.example>                                       ~ Arne|x@y.example         ~
        Arne" <x@y.example>, "Eva" <e@y.example>                  ~ Arne|x@y.example/Eva|e@y.example ~
        5" display <x@y.example>                                  ~ 5" display|x@y.example   ~
        Arne <x@bücher.example>                                   ~ Arne|x@xn--bcher-kva.example ~
        Arne <"john doe"@y.example>                               ~ Arne|"john doe"@y.example ~ same
        Arne <john doe@y.example>                                 ~ Arne|"john doe"@y.example ~
        'x@y.example'                                             ~ x@y.example              ~
        <"x@y.example">                                           ~ x@y.example              ~
        < x @ y . example >                                       ~ x@y.example              ~
        "ceo@bank.example" <x@y.example>                          ~ ceo@bank.example|x@y.example ~ same
        ceo@bank.example <x@y.example>                            ~ ceo@bank.example|x@y.example ~
        Arne <note> <x@y.example>                                 ~ Arne note|x@y.example    ~
        <x@y.example> Arne Kock                                   ~ Arne Kock|x@y.example    ~
        x@[10.0.0.1], a@my_host.example                           ~ x@[10.0.0.1]/a@my_host.example ~ same
        """)
    void areShownInTo(String given, String shown, String same) throws Exception {
        String to = field("To", rewritten("To: " + given, UTF_8));

        assertThat(mailboxes(to)).isEqualTo(shown);
        assertThat(to.equals(given) ? "same" : null).isEqualTo(same);
        assertThat(to).matches("\\p{ASCII}*");
    }

    // L is a local part that is longer than RFC 5321 allows in an envelope.
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        65  ~ X <L@d.example>, Ann <a@b.example>        ~ X|L@d.example/Ann|a@b.example   ~ same
        65  ~ L@d.example                               ~ L@d.example                     ~ same
        150 ~ L@d.example, Bob <b@y.example>            ~ L@d.example/Bob|b@y.example     ~ same
        315 ~ <L@d.example>; Bob <b@y.example>          ~ L@d.example/Bob|b@y.example     ~
        315 ~ Jürgen <L@d.example>                      ~ Jürgen|L@d.example              ~
        150 ~ L@d.example a@b.example                   ~ L@d.example/a@b.example         ~
        150 ~ Team: L@d.example, Jürgen <a@b.example>;  ~ L@d.example/Jürgen|a@b.example  ~
        600 ~ X <L@d.example>, Jürgen <a@b.example>     ~ X|L@d.example/Jürgen|a@b.example ~
        600 ~ X <L@d.example>                           ~ X|L@d.example                   ~ same
        4   ~ X <L@xn--zzzzzzzzz.example>               ~ X|L@xn--zzzzzzzzz.example       ~ same
        """)
    void areShownWithLongAddresses(int length, String given, String shown, String same) throws Exception {
        String longLocal = "=_O+20".repeat(length).substring(0, length);
        String field = given.replace("L@", longLocal + "@");

        for (String name : List.of("To", "Cc", "Resent-To", "Resent-Cc")) {
            String written = field(name, rewritten(name + ": " + field, UTF_8));

            assertThat(mailboxes(written)).isEqualTo(shown.replace("L@", longLocal + "@"));
            assertThat(written.equals(field) ? "same" : null).isEqualTo(same);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "windows-1252"})
    void areShownInToWithRawOctets(String charset) throws Exception {
        String to = field("To", rewritten("To: \"Kösters – Büro\" <x@y.example>", Charset.forName(charset)));

        assertThat(mailboxes(to)).isEqualTo("Kösters – Büro|x@y.example");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        =?utf-8?Q?J=C3=BCrgen?= <x@send.example>            ~ Jürgen|x@send.example     ~ same
        =?utf-8?Q?Arne=E2=80=AE_Kock?= <x@send.example>     ~ Arne Kock|x@send.example  ~
        =?utf-8?Q?Arne=E2=80=8F?= <x@send.example>          ~ Arne|x@send.example       ~
        "=?utf-8?Q?Arne=E2=81=A6_Kock?=" <x@send.example>   ~ Arne Kock|x@send.example  ~
        =?utf-8?Q?Arne=0D=0ABcc:_Eva?= <x@send.example>     ~ Arne Bcc: Eva|x@send.example ~
        =?utf-8?B?SsO8cmdlbg?= <x@send.example>             ~ Jürgen|x@send.example     ~
        =?x-none?Q?J=FCrgen?= <x@send.example>              ~ Jürgen|x@send.example     ~
        =?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?= <x@send.example> ~ Jürgen|x@send.example   ~
        "ceo@bank.example" <x@send.example>                 ~ ceo|x@send.example        ~
        =?utf-8?Q?ceo=40bank.example?= <x@send.example>     ~ ceo|x@send.example        ~
        Kock, Arne <x@send.example>                         ~ Kock, Arne|x@send.example ~
        x@send.example (Arne Kock)                          ~ Arne Kock|x@send.example  ~ same
        Arne <x@send.example.>                              ~ Arne|x@send.example       ~
        Arne <x@send.example<mailto:x@send.example>>        ~ Arne|x@send.example       ~
        Arne <x@send.example> (eve@bank.example)            ~ Arne|x@send.example       ~
        Arne <x@send.example>, Eva <e@send.example>         ~ Arne|relay@contoso.example ~
        """)
    void areShownInFromOfAnAuthorOnTheSendAsList(String given, String shown, String same) throws Exception {
        String from = field("From", rewritten("From: " + given, UTF_8));

        assertThat(mailboxes(from)).isEqualTo(shown);
        assertThat(from.equals(given) ? "same" : null).isEqualTo(same);
    }

    @Test
    void keepsInternationalizedAddressesAsTheyAre() {
        String list = new String(
                "b\u00fcro@contoso.example, a@x.example".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(AddressList.isUnambiguous(RawField.of("To", list))).isTrue();
        assertThat(AddressList.isUnambiguous(RawField.of("To", list.replace("@contoso", "..@contoso"))))
                .isFalse();
    }

    @Test
    void areValidInAnyCombination() throws Exception {
        Random random = new Random(20261201);
        for (int round = 0; round < Effort.rounds(4_000, 400_000); round++) {
            String list = random.ints(1 + random.nextInt(9), 0, PIECES.size())
                    .mapToObj(PIECES::get)
                    .collect(Collectors.joining(random.nextBoolean() ? " " : ""));
            rewritten("To: " + list + "\r\nReply-To: " + list + "\r\nFrom: " + list, UTF_8); // checks the result
        }
    }

    private static String rewritten(String field, Charset charset) throws IOException {
        byte[] in = (field + "\r\n\r\n").getBytes(charset);
        byte[] out = RewriteCase.bytes(new Rewriter(PLAIN.rules())
                .rewrite(RewriteCase.id(), PLAIN.arrival(), PLAIN.envelope(), new ByteArrayInputStream(in)));
        DocumentedChanges.check(PLAIN.rules(), in, out);
        return new String(out, ISO_8859_1);
    }

    private static String field(String name, String message) {
        return PlainMessage.of(message.getBytes(ISO_8859_1)).fields().stream()
                .filter(field -> field.is(name))
                .findFirst()
                .orElseThrow()
                .value()
                .strip();
    }

    private static String mailboxes(String field) throws AddressException {
        String plain = field.replace("my_host", "my-host"); // Angus Mail accepts no underscore
        return Arrays.stream(InternetAddress.parse(plain, true))
                .map(address -> Objects.isNull(address.getPersonal())
                        ? address.getAddress()
                        : address.getPersonal() + "|" + address.getAddress())
                .collect(Collectors.joining("/"))
                .replace("my-host", "my_host");
    }
}
