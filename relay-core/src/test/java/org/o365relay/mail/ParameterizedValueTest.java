package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterizedValueTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            text/plain; charset=utf-8                          | text/plain              | charset=utf-8
            Text/Plain                                         | text/plain              |
            text / plain ; Charset = "utf-8"                   | text/plain              | charset=utf-8
            (a) text/plain (b; c=d) ; (e) name=x               | text/plain              | name=x
            text/plain charset=utf-8 format=flowed             | text/plain              | charset=utf-8, format=flowed
            text/plain;; ; charset=utf-8;                      | text/plain              | charset=utf-8
            text/plain, charset=utf-8                          | text/plain              | charset=utf-8
            text/plain; stray; charset=utf-8                   | text/plain              | charset=utf-8
            text/plain; stray words charset=utf-8              | text/plain              | charset=utf-8
            multipart/multipart/mixed; boundary=b              | multipart/multipart/mixed | boundary=b
            boundary=b                                         | ~~                      | boundary=b
            ; boundary=b                                       | ~~                      | boundary=b
            "multipart/mixed"; boundary=b                      | multipart/mixed         | boundary=b
            a/b; boundary=----=_Part:1?(2) [3]                 | a/b                     | boundary=----=_Part:1?(2) [3]
            a/b; name=Scan 0001 Floor 2.pdf                    | a/b                     | name=Scan 0001 Floor 2.pdf
            a/b; name=Scan 1.pdf size=5                        | a/b                     | name=Scan 1.pdf, size=5
            a/b; name=C:\\SCAN\\x.pdf                          | a/b                     | name=C:\\SCAN\\x.pdf
            a/b; name="C:\\SCAN\\x.pdf"                        | a/b                     | name=C:\\SCAN\\x.pdf
            a/b; name="C:\\SCAN\\"                             | a/b                     | name=C:\\SCAN\\
            a/b; name="a\\"b\\\\c"                             | a/b                     | name=a"b\\c
            a/b; name="Scan "1".pdf"; size=5                   | a/b                     | name=Scan "1".pdf, size=5
            a/b; name="a.pdf" stray text; size=5               | a/b                     | name=a.pdf, size=5
            a/b; name="a.pdf" stray text                       | a/b                     | name=a.pdf
            a/b; name="a.pdf" site="b"                         | a/b                     | name=a.pdf, site=b
            a/b; name="a;b=c.pdf" (x) ; size=5                 | a/b                     | name=a;b=c.pdf, size=5
            a/b; name=a.pdf (scan)                             | a/b                     | name=a.pdf
            a/b; name=(x) a.pdf(b;c=d (e)) ; size=5            | a/b                     | name=a.pdf, size=5
            a/b; name=(x) "a (1).pdf" (y)                      | a/b                     | name=a (1).pdf
            a/b; name=Scan (1).pdf                             | a/b                     | name=Scan (1).pdf
            a/b; name=Part 1 (copy)                            | a/b                     | name=Part 1 (copy)
            a/b; name*0=a (x); name*1=b                        | a/b                     | name=ab
            a/b; name="not closed; size=5                      | a/b                     | name=not closed; size=5
            a/b; name='x.pdf'                                  | a/b                     | name='x.pdf'
            a/b; name=a; name=b                                | a/b                     | name=a
            a/b; name=""                                       | a/b                     |
            a/b; name=                                         | a/b                     |
            a/b; name                                          | a/b                     |
            a/b; name*=utf-8''f%C3%BCr%20Ann.pdf               | a/b                     | name=für Ann.pdf
            a/b; name=x.pdf; name*=utf-8''%C3%BC.pdf           | a/b                     | name=ü.pdf
            a/b; name*=iso-8859-1'de'%FC                       | a/b                     | name=ü
            a/b; name*="utf-8''%C3%BC"                         | a/b                     | name=ü
            a/b; name*0="a "; name*1=b; name*2=c               | a/b                     | name=a bc
            a/b; name*1=b; name*0*=utf-8''%C3; name*2*=%BC     | a/b                     | name=Ãb¼
            a/b; name*0*=utf-8''%C3; name*1*=%BC; name*2=.x    | a/b                     | name=ü.x
            a/b; name*0=a; name*2=c                            | a/b                     | name=ac
            a/b; name*=a%20b                                   | a/b                     | name=a b
            a/b; name*=no-such-charset''%C3%BC                 | a/b                     | name=ü
            a/b; name*=utf-8''100%                             | a/b                     | name=100%
            a/b; name*=utf-8''%4                               | a/b                     | name=%4
            a/b; name*99999999999=x                            | a/b                     |
            a/b; name="für"                                    | a/b                     | name=für
            =;=;;"                                             | ~~                      |
            (                                                  | ~~                      |
            """)
    void readsValuesTolerantly(String field, String main, String parameters) {
        ParameterizedValue value = ParameterizedValue.parse(
                new String(field.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));

        assertThat(value.main()).isEqualTo(main);
        assertThat(value.names().stream()
                        .flatMap(name -> value.text(name).stream().map(text -> name + "=" + text)))
                .containsExactly(parameters == null ? new String[0] : parameters.split(", "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            7bit                   | IDENTITY
            8BIT                   | IDENTITY
            8 bit                  | IDENTITY
            7-bit                  | IDENTITY
            ~~                     | IDENTITY
            (none)                 | IDENTITY
            binary                 | BINARY
            base64                 | BASE64
            base64;                | BASE64
            Base64; charset=utf-8  | BASE64
            "base64"               | BASE64
            base-64                | BASE64
            base 64                | BASE64
            (see (\\)) x) base64 (end) | BASE64
            quoted-printable       | QUOTED_PRINTABLE
            quoted_printable       | QUOTED_PRINTABLE
            quoted printable       | QUOTED_PRINTABLE
            x-uuencode             | UNKNOWN
            gzip                   | UNKNOWN
            """)
    void readsTransferEncodingsTolerantly(String field, TransferEncoding encoding) {
        assertThat(TransferEncoding.parse(field)).isEqualTo(encoding);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"(", "(", "\" ", "x-", "a=\"", "\\\"", " name", "*=%", "; name*0*=''%4"})
    @Timeout(10)
    void readsLargeMalformedFieldsInBoundedTime(String piece) {
        ParameterizedValue value = ParameterizedValue.parse("a/b; name=\"" + piece.repeat(1_000_000));

        assertThat(value.main()).isEqualTo("a/b");
        assertThat(value.text("name").orElse("").length()).isLessThanOrEqualTo(8_192);
    }
}
