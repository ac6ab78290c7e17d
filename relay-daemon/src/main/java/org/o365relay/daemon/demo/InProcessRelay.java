package org.o365relay.daemon.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.RunningRelay;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration.Invalid;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.journal.LogJournal;
import org.o365relay.queue.QueueUnavailableException;

/// A relay in this process, configured by a relay.conf with short retry delays.
public final class InProcessRelay implements DemoRelay {

    private final RunningRelay relay;

    private InProcessRelay(RunningRelay relay) {
        this.relay = relay;
    }

    /// Starts a relay and returns once it is listening.
    ///
    /// @throws IOException if the relay cannot be started; the message is for the user
    public static DemoRelay start(DemoRelaySettings demo) throws IOException {
        try {
            return new InProcessRelay(new Relay(settings(demo), new LogJournal()).start());
        } catch (ListenException | QueueUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return relay.addresses().getFirst();
    }

    @Override
    public void close() {
        relay.stop();
    }

    private static RelaySettings settings(DemoRelaySettings demo) throws IOException {
        Path file = demo.dataDirectory().resolve("relay.conf");
        Files.writeString(file, configuration(demo));
        Map<String, String> environment =
                Map.of("RELAY_PASSWORD", demo.password().reveal());
        return switch (new ConfigReader(environment).read(file)) {
            case Valid valid -> valid.settings();
            case Invalid(var problems) -> throw new IOException(problems.toString());
        };
    }

    private static String configuration(DemoRelaySettings demo) {
        return """
            relay {
              hostname = relay.contoso.example
              listeners = [ { address = "%s", port = %d } ]
              data-directory = "%s"
              queue { minimum-free-space = 1MiB, maximum-size = 1GiB }
              mailboxes = [ {
                address = "%s"
                upstream { host = "%s", port = %d, trusted-certificates = "%s" }
                credential { type = password, password = ${RELAY_PASSWORD} }
              } ]
              retry { first-delay = 1s, mailbox-probe = 5s, mailbox-probe-max = 5s }
              shutdown-timeout = 5s
            }
            """.formatted(
                        demo.listen().getAddress().getHostAddress(),
                        demo.listen().getPort(),
                        demo.dataDirectory(),
                        demo.mailbox(),
                        demo.upstreamHost(),
                        demo.upstreamPort(),
                        demo.trustedCertificates());
    }
}
