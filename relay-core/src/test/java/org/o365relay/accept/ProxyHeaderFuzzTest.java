package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.accept.session.Packets;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Network;
import org.o365relay.journal.Event.Rejected;

/// Input from a proxy, and from a client behind it: only the client that the header names is admitted, and
/// everything after the header comes from the client.
class ProxyHeaderFuzzTest {

    private static final List<String> HEADERS = List.of(
            "PROXY TCP4 10.1.2.3 10.0.0.1 4000 25\r\n",
            "PROXY TCP6 2001:db8::7 2001:db8::1 4000 25\r\n",
            "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
            "PROXY TCP4 192.0.2.66 10.0.0.1 4000 25\r\n",
            version2("2111000c0a0102030a0000010fa00019"),
            version2("2121002420010db8000000000000000000000007000000000000000000000000000000010fa00019"),
            version2("211100130a0102030a0000010fa0001904000400000000"),
            version2("20000000"),
            version2("213100d8" + "2f".repeat(216)));

    @TempDir(factory = MemoryDisk.class)
    static Path directory;

    private static Conversations conversations;

    @BeforeAll
    static void open() throws Exception {
        conversations = new Conversations(directory);
    }

    @AfterAll
    static void close() {
        conversations.close();
    }

    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "proxies.dict")
    void trustsOnlyTheClientInTheHeader(byte[] stream) throws Exception {
        check(stream, new Random(Arrays.hashCode(stream)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30, Integer.MAX_VALUE})
    void ignoresAHeaderAfterALineThatIsNotAHeader(int length) throws Exception {
        String lines = "EHLO printer\r\nPROXY TCP4 10.1.2.3 10.0.0.1 4000 25\r\nEHLO printer\r\nQUIT\r\n";
        Conversations.Outcome outcome = converse(lines.getBytes(StandardCharsets.US_ASCII), () -> length);
        checkRejected(outcome);
        assertThat(outcome.replies()).isEmpty();
        assertThat(outcome.refusals()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Timeout(60)
    void trustsOnlyTheClientInARandomHeader(long seed) throws Exception {
        Random random = new Random(seed);
        int welcome = 0;
        for (int round = 0; round < 150; round++) {
            byte[] header = HEADERS.get(random.nextInt(HEADERS.size())).getBytes(StandardCharsets.ISO_8859_1);
            if (random.nextBoolean()) {
                header[random.nextInt(header.length)] = (byte) random.nextInt(256);
            }
            byte[] said = "EHLO x\r\nNOOP\r\nQUIT\r\n".getBytes(StandardCharsets.ISO_8859_1);
            byte[] stream = Arrays.copyOf(header, header.length + said.length);
            System.arraycopy(said, 0, stream, header.length, said.length);
            welcome += check(stream, random).replies().startsWith("220 ") ? 1 : 0;
        }
        assertThat(welcome).isBetween(50, 140);
    }

    private static Conversations.Outcome check(byte[] stream, Random random) throws Exception {
        Conversations.Outcome whole = converse(stream, () -> Integer.MAX_VALUE);
        if (whole.replies().isEmpty()) {
            checkRejected(whole);
        } else {
            checkLetIn(stream, whole);
        }
        Conversations.Outcome patient = converse(stream, Packets.lines(stream));
        hold(agree(whole, patient), "not as in lines, which is " + patient, whole);
        for (IntSupplier packets : List.<IntSupplier>of(() -> 1, () -> 1 + random.nextInt(20))) {
            Conversations.Outcome outcome = converse(stream, packets);
            hold(agree(outcome, patient), "not as in lines, which is " + patient, outcome);
        }
        return whole;
    }

    private static boolean agree(Conversations.Outcome outcome, Conversations.Outcome patient) {
        return outcome.equals(patient) || shown(outcome).equals(shown(patient));
    }

    /// @return the outcome, without the only part that may differ: which error in a header is found first
    private static String shown(Conversations.Outcome outcome) {
        return outcome.toString().replaceAll("(\\(trusted-proxies in relay\\.listeners\\)): [^\\]]*", "$1");
    }

    /// Also holds if the header is incomplete.
    private static void checkRejected(Conversations.Outcome outcome) {
        hold(outcome.messages().isEmpty(), "messages", outcome);
        hold(Set.of(Conversations.PEER).containsAll(outcome.deviations().keySet()), "somebody else", outcome);
        hold(outcome.refusals().size() <= 1, "more than one line in the journal", outcome);
        for (Rejected refusal : outcome.refusals()) {
            hold(refusal.client().equals(Conversations.PEER), "somebody else", refusal);
            hold(isAboutTheProxy(refusal) || isTls(refusal), "another reason", refusal);
        }
    }

    private static void checkLetIn(byte[] stream, Conversations.Outcome outcome) throws Exception {
        ReferenceProxyHeader header = ReferenceProxyHeader.in(stream);
        if (header == null) {
            throw new AssertionError("let in without a header: " + outcome);
        }
        InetAddress client = header.client() == null ? Conversations.PEER : header.client();
        hold(Set.of(client).equals(outcome.deviations().keySet()), "not " + client, outcome);
        hold(
                outcome.refusals().stream().allMatch(refusal -> refusal.client().equals(client)),
                "not " + client,
                outcome);
        if (client.equals(Conversations.PEER)) {
            byte[] rest = Arrays.copyOfRange(stream, header.length(), stream.length);
            Conversations.Outcome direct = direct(listener(), rest);
            hold(direct.equals(outcome), "not as without a header, which is " + direct, outcome);
        }
    }

    private static boolean isAboutTheProxy(Rejected refusal) {
        return refusal.reply().text().contains("must begin with a PROXY protocol header");
    }

    private static boolean isTls(Rejected refusal) {
        return refusal.reply().text().contains("TLS handshake on a plain-text port");
    }

    private static Conversations.Outcome converse(byte[] stream, IntSupplier packets) throws Exception {
        return conversations.converse(listener(Network.parse("127.0.0.1").orElseThrow()), accept(), stream, packets);
    }

    private static Conversations.Outcome direct(ListenerSettings listener, byte[] stream) throws Exception {
        return conversations.converse(listener, accept(), stream, () -> Integer.MAX_VALUE);
    }

    private static AcceptSettings accept() {
        return FrontSettings.DEFAULTS.accept();
    }

    private static ListenerSettings listener(Network... proxies) {
        return new ListenerSettings(
                new Endpoint.Tcp(Conversations.PEER, 0),
                ListenerTls.OFF,
                OpenRelay.trusting(false, "127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"),
                List.of(proxies));
    }

    private static String version2(String hex) {
        byte[] octets = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + hex);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
