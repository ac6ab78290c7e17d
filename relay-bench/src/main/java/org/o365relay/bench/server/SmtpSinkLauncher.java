package org.o365relay.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts Postfix's `smtp-sink`, which discards every message. Its results show the limit of the load generator
/// on this machine.
public record SmtpSinkLauncher(Path program) implements Launcher {

    private static final String BACKLOG = "1000";

    public static Optional<SmtpSinkLauncher> installed() {
        return Programs.find("smtp-sink").map(SmtpSinkLauncher::new);
    }

    @Override
    public String name() {
        return "smtp-sink";
    }

    @Override
    public Server start(Path directory) throws IOException, InterruptedException {
        InetSocketAddress address = Ports.onLoopback(Ports.unused());
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (System.getProperty("user.name").equals("root")) {
            // smtp-sink refuses to run as root
            command.addAll(List.of("-u", "nobody"));
        }
        command.addAll(List.of("127.0.0.1:" + address.getPort(), BACKLOG));
        return StartedProcess.start(command, Map.of(), address, directory.resolve("smtp-sink.log"));
    }
}
