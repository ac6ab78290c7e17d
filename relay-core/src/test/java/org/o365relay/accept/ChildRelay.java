package org.o365relay.accept;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Deviation;

/// A relay in a process of its own, which has its own heap, file descriptors and security properties, and may
/// inherit sockets. Prints where it listens, and then answers each question, an octet on standard input.
final class ChildRelay {

    private static int rejections;

    private ChildRelay() {}

    /// @param arguments the data directory, and the kind of listener
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        OpenRelay relay = switch (arguments[1]) {
            case "plain", "handed-over" -> new OpenRelay(directory, OpenRelay.plainSettings(), System.getenv());
            default -> withOldTls(directory);
        };
        for (ListenerSettings listener : listeners(arguments[1])) {
            System.out.println("LISTENING " + relay.listen(listener).getFirst());
        }
        for (int asked = System.in.read(); asked >= 0; asked = System.in.read()) {
            answer((char) asked, relay);
        }
    }

    private static OpenRelay withOldTls(Path directory) throws Exception {
        CertificateFiles files =
                new CertificateFiles(directory.resolve("relay.pem"), directory.resolve("relay.key"), Duration.ZERO);
        OldTls.allow();
        return new OpenRelay(directory, OpenRelay.settings(files, Duration.ofSeconds(10)), Map.of());
    }

    static List<ListenerSettings> listeners(String kind) {
        Endpoint loopback = new Endpoint.Tcp(FrontSettings.DEFAULTS.address(), 0);
        return switch (kind) {
            case "handed-over" ->
                List.of(new ListenerSettings(
                        new Endpoint.SystemdSocket("smtp"),
                        ListenerTls.OFF,
                        OpenRelay.trusting(false, "127.0.0.0/8"),
                        List.of()));
            case "old-tls" -> List.of(new ListenerSettings(loopback, ListenerTls.IMPLICIT, oldAndNew(), List.of()));
            default ->
                List.of(new ListenerSettings(
                        loopback, ListenerTls.OFF, OpenRelay.trusting(false, 20_000, "127.0.0.0/8"), List.of()));
        };
    }

    /// Only devices at 127.0.0.2 may use old TLS.
    private static TrustedNetworks oldAndNew() {
        List<TrustedNetwork> networks = new ArrayList<>();
        networks.addAll(OpenRelay.trusting(true, "127.0.0.2").networks());
        networks.addAll(OpenRelay.trusting(false, "127.0.0.0/8").networks());
        return new TrustedNetworks(networks);
    }

    private static void answer(char question, OpenRelay relay) throws InterruptedException {
        switch (question) {
            case 'h' -> System.out.println("HEAP " + usedHeap());
            case 't' -> System.out.println("THREADS " + Thread.activeCount());
            case 'm' -> System.out.println("MESSAGES " + relay.claims().size());
            case 'o' -> System.out.println("OLD " + relay.deviations("127.0.0.2", Deviation.OLD_TLS));
            case 'n' -> System.out.println("REFUSED " + relay.deviations("127.0.0.1", Deviation.OLD_TLS));
            case 'l' -> {
                List<Rejected> all = relay.journal().awaitRejected(++rejections);
                System.out.println("LAST " + all.get(rejections - 1).reply().text());
            }
            default -> {} // the end of a line
        }
    }

    /// @return octets in use after garbage collection
    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
