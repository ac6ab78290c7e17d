package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Address;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.IDN;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.Effort;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.UnacceptableContentException;

class DestinationFieldsTest {

    private static final Path CASES = Path.of("src/test/resources/graph");

    static Stream<Path> cases() throws IOException {
        try (Stream<Path> directories = Files.list(CASES)) {
            return directories.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void producesTheExpectedFields(Path directory) throws IOException {
        StoredText in = new StoredText(Files.readAllBytes(directory.resolve("in.eml")));

        assertThat(text(in, DestinationFields.readdress(in, envelope(directory))))
                .isEqualTo(Files.readString(directory.resolve("out.eml"), ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namesExactlyTheEnvelopeRecipients(Path directory) throws Exception {
        StoredText in = new StoredText(Files.readAllBytes(directory.resolve("in.eml")));
        ReaddressedHeader readdressed = DestinationFields.readdress(in, envelope(directory));

        assertThat(reached(readdressed.header()))
                .containsExactlyInAnyOrderElementsOf(keys(envelope(directory).stream()));
        assertThat(readdressed.namesExactly(envelope(directory).stream().map(EmailAddress::toString)))
                .isTrue();
    }

    @Test
    void namesExactlyTheEnvelopeRecipientsForAnyHeader() throws Exception {
        Random random = new Random(20261121);
        for (int i = 0; i < Effort.rounds(4_000, 100_000); i++) {
            List<EmailAddress> envelope = some(random);
            String header = randomField("To", random) + randomField("CC", random) + randomField("To", random)
                    + randomField("Bcc", random) + "Subject: x\r\n\r\n";

            byte[] out =
                    DestinationFields.readdress(StoredText.of(header), envelope).header();

            assertThat(reached(out)).as(header).containsExactlyInAnyOrderElementsOf(keys(envelope.stream()));
        }
    }

    private static List<EmailAddress> some(Random random) {
        List<EmailAddress> envelope = new ArrayList<>(List.of(address("always@x.example")));
        for (String local : List.of("ann", "bob", "o'neil", "\"two words\"")) {
            if (random.nextBoolean()) {
                envelope.add(address(local + "@x.example"));
            }
        }
        return envelope;
    }

    private static String randomField(String name, Random random) {
        List<String> pieces = List.of(
                "ann@x.example",
                "<bob@X.example>",
                "Ann",
                "\"Ann, B.\"",
                "(c)",
                ",",
                ",",
                ";",
                "group:",
                "<",
                ">",
                "\"",
                "eve@y.example",
                "=?utf-8?Q?Ann_=3Ceve@y.example=3E?=",
                "\r\n ",
                "o'neil@x.example",
                "\"two words\"@x.example",
                "(",
                "always@x.example",
                "<@route:ann@x.example>",
                "\u00e4",
                "[",
                " ");
        StringBuilder field = new StringBuilder(name + ":");
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            field.append(' ').append(pieces.get(random.nextInt(pieces.size())));
        }
        return count == 0 ? "" : field.append("\r\n").toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Ann@X.EXAMPLE          | ann@x.example             | same
        "ann"@x.example        | ann@x.example             | same
        "a\\nn"@x.example      | ann@x.example             | same
        ann@bücher.example     | ann@xn--bcher-kva.example | same
        ann@BÜCHER.example     | ann@bücher.example        | same
        ann@STRAßE.example     | ann@straße.example        | same
        ann@STRAßE.example     | ann@xn--strae-oqa.example | same
        ann@φίλος.Example      | ann@φίλος.example         | same
        ann@φίλος.example      | ann@φίλοσ.example         | other
        ann@نامه‌ای.COM     | ann@نامه‌ای.com      | same
        ann@mıcrosoft.com      | ann@microsoft.com         | other
        ſales@x.example        | sales@x.example           | other
        ann@straße.example     | ann@strasse.example       | other
        ann@x.example          | ann@x.example.com         | other
        müller@x.example       | muller@x.example          | other
        MÜLLER@x.example       | müller@x.example          | other
        \u212Aate@x.example    | kate@x.example            | other
        ann@[10.0.0.1]         | ann@[10.0.0.1]            | same
        """, quoteCharacter = '`')
    void recognizesAddressesOfTheSameMailbox(String one, String two, String expected) {
        boolean same = address(one).key().equals(address(two).key());

        assertThat(same).isEqualTo(expected.equals("same"));
    }

    @Test
    void takesLinearTimeAndKeepsEveryName() throws Exception {
        List<EmailAddress> envelope = IntStream.range(0, 5_000)
                .mapToObj(i -> address("reader-" + i + "@x.example"))
                .toList();
        StringBuilder to = new StringBuilder("To: Eve <eve@y.example>");
        envelope.forEach(reader -> to.append(",\r\n Reader <").append(reader).append('>'));

        ReaddressedHeader readdressed = DestinationFields.readdress(StoredText.of(to + "\r\n\r\n"), envelope);

        assertThat(readdressed.to()).hasSize(5_000).contains(new NamedAddress("Reader", envelope.getFirst()));
        assertThat(readdressed.bcc()).isEmpty();
    }

    @Test
    void detectsRecipientsReadDifferently() throws IOException {
        ReaddressedHeader readdressed = DestinationFields.readdress(
                StoredText.of("To: ann@x.example\r\n\r\n"),
                List.of(address("ann@x.example"), address("bob@x.example")));

        assertThat(readdressed.namesExactly(Stream.of("Bob@x.example", "ann@x.example")))
                .isTrue();
        assertThat(readdressed.namesExactly(Stream.of("ann@x.example"))).isFalse();
        assertThat(readdressed.namesExactly(Stream.of("ann@x.example", "bob@x.example", "eve@y.example")))
                .isFalse();
    }

    @Test
    void rejectsAHeaderThatIsTooLarge() {
        StoredText message = StoredText.of("X: " + "x".repeat(3_000_000) + "\r\n\r\n");

        assertThatThrownBy(() -> DestinationFields.readdress(message, List.of(address("ann@x.example"))))
                .isInstanceOf(UnacceptableContentException.class)
                .hasMessageStartingWith("552 5.3.4");
    }

    private static String text(StoredText in, ReaddressedHeader readdressed) {
        return new String(readdressed.header(), ISO_8859_1)
                + new String(in.octets(), ISO_8859_1).substring((int) readdressed.bodyOffset());
    }

    /// @return the recipients as another program reads them
    private static List<String> reached(byte[] header) throws MessagingException {
        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(header));
        List<String> reached = new ArrayList<>();
        for (RecipientType type : List.of(RecipientType.TO, RecipientType.CC, RecipientType.BCC)) {
            String all = message.getHeader(type.toString(), null);
            assertThat(String.valueOf(all)).doesNotContain("undisclosed");
            if (all != null) {
                assertThat(message.getHeader(type.toString())).hasSize(1);
                String utf8 = new String(all.getBytes(ISO_8859_1), UTF_8);
                for (Address address : InternetAddress.parse(utf8, true)) {
                    reached.add(key(((InternetAddress) address).getAddress()));
                }
            }
        }
        return reached;
    }

    private static List<String> keys(Stream<EmailAddress> addresses) {
        return addresses.map(address -> key(address.toString())).distinct().toList();
    }

    private static String key(String address) {
        int at = address.lastIndexOf('@');
        String local = address.substring(0, at).replace("\"", "").toLowerCase(Locale.ROOT);
        String domain = address.substring(at + 1);
        return local + "@"
                + (domain.startsWith("[") ? domain : IDN.toASCII(domain).toLowerCase(Locale.ROOT));
    }

    private static List<EmailAddress> envelope(Path directory) throws IOException {
        return Arrays.stream(Files.readString(directory.resolve("envelope")).split("\n"))
                .map(DestinationFieldsTest::address)
                .toList();
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow(() -> new AssertionError(text));
    }
}
